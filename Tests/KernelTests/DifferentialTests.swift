import CKernelTiers
import Testing

/// Every kernel of every tier against the reference: all tails up to 67, all alignments within a cache line, guard
/// pages, aliasing, subnormal numbers, NaN and infinity in every argument, modes of the processor. The cases are C
/// (Tests/KernelTiers/cases_*.c), because the same run as a program under valgrind and qemu-user.
@Suite struct DifferentialTests {
  private static func names(_ name: (Int) -> UnsafePointer<CChar>?) -> [String] {
    var names: [String] = []
    while let next = name(names.count) { names.append(String(cString: next)) }
    return names
  }

  private static let kernels = names(zt_case_name)

  @Test(arguments: Tier.all, kernels.indices)
  func agreesWithTheReference(_ tier: Tier, _ kernel: Int) {
    var message = [CChar](repeating: 0, count: 512), comparisons = 0
    let failures = zt_differential_run(kernel, tier.name, &message, message.count, &comparisons)
    #expect(
      failures == 0, "\(String(decoding: message.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))")
    #expect(comparisons > 100)
  }

  /// Every entry of the table has a case: a new kernel cannot be forgotten. The steps of the search for cells work on
  /// its own state; CellSetTests run the search in every tier against brute force.
  @Test func everyKernelHasACase() {
    let known = Set(Self.names(zt_kernel_name)).filter { !$0.hasPrefix("cell_") }
    #expect(known.subtracting(Self.kernels) == [])
  }
}
