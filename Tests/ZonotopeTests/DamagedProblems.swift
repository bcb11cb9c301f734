import Testing

@testable import Zonotope

/// Every prefix and every flipped bit of small problem files: a typed error or another valid problem, never a trap.
@Suite struct DamagedProblems {
  @Test(arguments: [
    #"{"patterns": "all"}"#, #"{"masks": [[1, 0], [0, 1]]}"#, #"{"gates": [[1, 0]]}"#,
    #"{"sample": {"count": 5, "seed": 1}}"#,
  ])
  func isAnErrorOrAnotherProblem(patterns: String) {
    let selection = patterns.contains("all") ? #""all""# : patterns
    let text = """
      {"format": "zonotope-problem", "version": 1, "data": {"x": [[1, 0.5], [-0.3, 1.2]], "y": [1, -1]}, \
      "model": {"kind": "two-layer", "gated": true, "patterns": \(selection)}, "loss": {"kind": "logistic"}, \
      "betaRatio": 0.1, "solver": {"kind": "admm", "tolerance": 1e-6, "memory": 1000000}}
      """
    let bytes = Array(text.utf8)
    #expect(failure { () throws(ZonotopeError) in try Problem(text: text) } == nil)
    for damage in damaged(bytes) {
      let error = failure { () throws(ZonotopeError) in
        try Problem(text: String(decoding: damage, as: UTF8.self))
      }
      #expect(error != nil || damage.count == bytes.count)
    }
  }
}
