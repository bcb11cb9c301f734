import Testing

@testable import Zonotope

@Suite struct DecimalMatrixTests {
  private func read(_ text: String) throws -> (matrix: MatrixView, power: Int) {
    try CSVTable(bytes: Array(text.utf8), file: "t.csv").decimalMatrix()
  }

  @Test func numbersAreScaledExactly() throws {
    let (matrix, power) = try read("a,b\n5.1,3.50\n-0.25,1e1\n007,\"-1.2e-1\"\n+.5,0.000\n2.,120e-1\n")
    #expect(power == 2)
    #expect((0..<5).map { matrix[$0, 0] } == [510, -25, 700, 50, 200])
    #expect((0..<5).map { matrix[$0, 1] } == [350, 1000, -12, 0, 1200])
    let whole = try read("a\n100\n20\n")
    #expect(whole.power == 0 && whole.matrix[0, 0] == 100)
  }

  /// Doubles break the tie 0.1 + 0.2 = 0.3.
  @Test func decimalTiesAreTies() throws {
    let text = "a,b,c\n0.1,0.3,0.1\n0.2,0.4,0.7\n0.3,0.7,0.8\n1,0,0\n"
    let table = try CSVTable(bytes: Array(text.utf8), file: "t.csv")
    let decimal = try CellCount(of: table.decimalMatrix().matrix), binary = try CellCount(of: table.matrix())
    #expect(decimal.cells == 12 && decimal.rank == 3)
    #expect(binary.cells == 14)
  }

  @Test(arguments: [
    ("a\n0.12345678901234567890123\n", 2), ("a\n1\n1e300\n", 3), ("a\n9007199254740993\n", 2),
    ("a\n1e-30\n1\n", 3), ("a\n1e-99999999999999999999\n", 2),
    ("a\nx\n", 2), ("a,b\n1,\n", 2),
  ])
  func whatIsNotExactIsRefused(text: String, line: Int) throws {
    #expect {
      try read(text)
    } throws: { error in
      guard case ZonotopeError.malformedText(_, line, _, _) = error else { return false }
      return true
    }
  }

  @Test func columnsMayBeChosen() throws {
    let text = "a,b,c\n1.5,none 1234567890123456789012,0.25\n2,x,3\n"
    let table = try CSVTable(bytes: Array(text.utf8), file: "t.csv")
    let (matrix, power) = try table.decimalMatrix(columns: ["c", "a"])
    #expect(power == 2 && matrix.columns == 2)
    #expect((0..<2).map { [matrix[$0, 0], matrix[$0, 1]] } == [[25, 150], [300, 200]])
    #expect(throws: ZonotopeError.self) { try table.decimalMatrix(columns: ["b"]) }
    #expect(throws: ZonotopeError.self) { try table.decimalMatrix(columns: ["d"]) }
  }

  @Test func noRowsAreNoNumbers() throws { #expect(try read("a,b\n").matrix.rows == 0) }
}
