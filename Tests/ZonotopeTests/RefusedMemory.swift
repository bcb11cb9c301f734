import Testing

@testable import Zonotope

/// What grows with the data is asked for where a refusal is an error, lists of the standard library included.
@Suite struct RefusedMemory {
  private let refusing = Allocator(allocate: { _ in nil }, release: { _ in })

  @Test func listsAreRefusedBeforeTheyAreMade() throws {
    let vector = try Vector(1000)
    let error = failure { () throws(ZonotopeError) in
      try refusing.providing { () throws(ZonotopeError) in try vector.list() }
    }
    #expect(error?.isOutOfMemory == true)
    #expect(try vector.list().count == 1000)
  }

  @Test func documentsAreRefusedBeforeTheyAreScanned() throws {
    let text = Array("[1,2,3,[4],{\"a\":5}]".utf8)
    try text.withUnsafeBufferPointer { (text) throws in
      let refused = failure { () throws(ZonotopeError) in
        try refusing.providing { () throws(ZonotopeError) in try JSONScanner.document(text, name: "d.json") }
      }
      #expect(refused?.isOutOfMemory == true)
      let over = failure { () throws(ZonotopeError) in
        try JSONScanner.document(text, name: "d.json", budget: 500)
      }
      guard case .memoryBudget(_, let needed, budget: 500) = over else {
        Issue.record("\(String(describing: over)) is not the budget")
        return
      }
      #expect(try JSONScanner.document(text, name: "d.json", budget: needed)["a"] == nil)
    }
  }

  @Test func outputsOfTheWrongLengthAreRefused() throws {
    let x = try MatrixView([1, 2, 3], rows: 3, columns: 1)
    let network = TwoLayerNetwork(
      gates: .own, neurons: [], biases: [2], width: 1, inputBias: false, trainingRows: 0)
    var outputs = [Double](repeating: -7, count: 2)
    let error = failure { () throws(ZonotopeError) in
      try outputs.withUnsafeMutableBufferPointer { (target) throws(ZonotopeError) in
        try network.predict(x, into: target)
      }
    }
    #expect(error == .invalid(place: "outputs", reason: "2 elements for 3 rows of 1"))
    #expect(outputs == [-7, -7])
    #expect(try network.predict(x) == [2, 2, 2])
  }
}

extension ZonotopeError {
  fileprivate var isOutOfMemory: Bool {
    if case .outOfMemory = self { true } else { false }
  }
}
