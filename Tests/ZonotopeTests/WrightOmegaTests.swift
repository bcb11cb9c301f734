import Testing

@testable import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct WrightOmegaTests {
  @Test func solvesItsEquation() {
    for k in -4000...4000 {
      for x in [Double(k) / 1000, Double(k) / 10, Double(k) * 1e9] {
        let w = wrightOmega(x)
        guard x > -700 else {
          #expect(w >= 0 && w < 1e-300)
          continue
        }
        #expect(abs(w + log(w) - x) <= 4e-16 * (2 + abs(x)), "\(x)")
      }
    }
    #expect(wrightOmega(1) == 1 && wrightOmega(.nan).isNaN && wrightOmega(1e300) == 1e300)
  }
}
