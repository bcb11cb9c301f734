import Testing

@testable import Zonotope

private func table(_ text: String) throws(ZonotopeError) -> CSVTable {
  try CSVTable(bytes: Array(text.utf8), file: "t.csv")
}

private func place(_ error: ZonotopeError?) -> [Int]? {
  guard case .malformedText("t.csv", let line, let column, _)? = error else { return nil }
  return [line, column]
}

@Suite struct CSVPositions {
  @Test(arguments: [
    "a,b\n1,2\n-3e2,.5\n", "a,b\r\n1,2\r\n-3e2,.5\r\n", "a,b\n1,2\n-3e2,.5", "\u{feff}a,b\n1,2\n-3e2,.5\n",
    "\"a\",\"b\"\n\"1\",2\n-3e2,\"0.5\"\r\n",
  ])
  func readsNumbers(text: String) throws {
    let table = try table(text)
    #expect(table.columns == ["a", "b"])
    #expect(table.rows == 2)
    let x = try table.matrix()
    #expect((0..<2).map { k in (0..<2).map { x[k, $0] } } == [[1, 2], [-300, 0.5]])
    #expect(try table.numbers(column: "b") == [2, 0.5])
    let swapped = try table.matrix(columns: ["b", "a"])
    #expect(swapped[1, 0] == 0.5)
    #expect(swapped[1, 1] == -300)
  }

  @Test func readsLabelsInTheOrderOfBytes() throws {
    let table = try table("x,kind\n1,é\n2,\"a \"\"b\"\", c\"\n3,Z\n4,é\n5,\"two\nlines\"\n")
    let labels = try table.labels(column: "kind")
    #expect(labels.classes == ["Z", "a \"b\", c", "two\nlines", "é"])
    #expect(labels.indices == [3, 1, 0, 3, 2])
    #expect(try table.labels(column: "x").indices == [0, 1, 2, 3, 4])
    #expect(try table.isText(column: "kind"))
    #expect(try !table.isText(column: "x"))
    #expect(try table.matrix(columns: ["x"]).rows == 5)
  }

  @Test func headerOnly() throws {
    for text in ["a,b", "a,b\n", "a,b\r\n"] {
      let table = try table(text)
      #expect(table.rows == 0)
      #expect(try table.matrix().columns == 2)
      #expect(try table.labels(column: "a").classes.isEmpty)
    }
  }

  /// Structure: the reader refuses, and says where.
  @Test(arguments: [
    ("", [1, 1]), ("\u{feff}", [1, 1]), ("\n", [1, 1]), ("a,,b\n", [1, 3]), ("a,b,", [1, 5]),
    ("a,b,a\n", [1, 5]),
    ("a,\"a\"\n", [1, 3]), ("a,b\n1\n", [2, 1]), ("a,b\n1,2,3\n", [2, 5]), ("a,b\n1,2\n\n", [3, 1]),
    ("a\n1\n\"2\n3\n", [3, 1]), ("a\n1\"2\n", [2, 2]), ("a\n\"1\" \n", [2, 4]), ("a\n1\r2\n", [2, 2]),
    ("a\n1\r", [2, 2]), ("a\n1\0\n", [2, 2]), ("\u{feff}a,,\n", [1, 3]), ("a,b\r\n1,2\r\n3,4,5\r\n", [3, 5]),
    ("a,b\n\"x\ny\",1,2\n", [3, 6]),
  ])
  func refusesStructure(text: String, expected: [Int]) {
    #expect(place(failure { () throws(ZonotopeError) in try table(text) }) == expected)
  }

  /// Cells: refused only where numbers are asked for.
  @Test(arguments: [
    ("a,b\n1,2\n3,x\nz,5\n", [3, 3], "'x' is not a finite number"),
    ("a,b\n1,\n", [2, 3], "the cell is empty"),
    ("a,b\n1,nan\n", [2, 3], "'nan' is not a finite number"),
    ("a\n-inf\n", [2, 1], "'-inf' is not a finite number"),
    ("a\n1e999\n", [2, 1], "'1e999' is too large for a double"),
    ("a\n 1\n", [2, 1], "' 1' is not a finite number"),
    ("a,b\n\"p\nq\",1\n", [2, 1], "'p q' is not a finite number"), ("a\n1\n\n", [3, 1], "the cell is empty"),
    ("a,b\n\"1\n\",\"x\"\"y\"\n", [2, 1], "'1 ' is not a finite number"),
  ])
  func refusesCells(text: String, expected: [Int], reason: String) throws {
    let table = try table(text)
    #expect(
      failure { () throws(ZonotopeError) in try table.matrix() }
        == .malformedText(file: "t.csv", line: expected[0], column: expected[1], reason: reason))
  }

  @Test func refusesEmptyLabelsAndUnknownNames() throws {
    let table = try table("a,b\nx,1\n,2\n")
    #expect(place(failure { () throws(ZonotopeError) in try table.labels(column: "a") }) == [3, 1])
    #expect(
      failure { () throws(ZonotopeError) in try table.matrix(columns: ["b", "c"]) }
        == .invalid(place: "columns", reason: "t.csv has no column 'c', it has 'a', 'b'"))
  }

  @Test func refusesOtherEncodings() {
    let latin = Array("a\n1\n".utf8) + [0xE9, 0x0A]
    #expect(
      place(failure { () throws(ZonotopeError) in try CSVTable(bytes: latin, file: "t.csv") }) == [3, 1])
  }

  @Test func damageIsAnErrorOrAnotherTable() throws {
    let text = "a,\"b \"\"c\"\"\",d\r\n1,2.5e-3,x\r\n-4,,\"y,\nz\"\r\n"
    _ = try table(text)
    for bytes in damaged(Array(text.utf8)) {
      let error = failure { () throws(ZonotopeError) in
        let table = try CSVTable(bytes: bytes, file: "t.csv")
        for name in table.columns {
          _ = failure { () throws(ZonotopeError) in try table.numbers(column: name) }
          _ = failure { () throws(ZonotopeError) in try table.labels(column: name) }
        }
      }
      #expect(error == nil || place(error) != nil)
    }
  }

  @Test func writtenTablesReadBack() throws {
    let x = try MatrixView([[0.1, -3], [0x1p-1060, 1e300]])
    let names = ["plain", "a \"quoted\", one"]
    let back = try CSVTable(bytes: CSVTable.encode(columns: names, values: x), file: "t.csv")
    #expect(back.columns == names)
    #expect(try back.numbers(column: "plain") == [0.1, 0x1p-1060])
    #expect(try back.numbers(column: names[1]) == [-3, 1e300])
  }

  @Test func refusesToWriteWhatItCouldNotRead() throws {
    let x = try MatrixView([[1, .nan]])
    for names in [["a"], ["a", "a"], ["a", ""], ["a", "b"]] {
      #expect(failure { () throws(ZonotopeError) in try CSVTable.encode(columns: names, values: x) } != nil)
    }
  }

  @Test func memoryIsBounded() {
    // A wide header and many empty lines must not multiply.
    let text = String(repeating: "a,", count: 9) + "b\n" + String(repeating: "\n", count: 1000)
    #expect(failure { () throws(ZonotopeError) in try table(text) } != nil)
    let folder = TemporaryFolder()
    #expect(
      failure { () throws(ZonotopeError) in
        try AtomicFile.write(Array("a\n1\n2\n3\n".utf8), to: folder("t.csv"))
        _ = try CSVTable(path: folder("t.csv"), memory: 20)
      } == .memoryBudget(purpose: "the table of \(folder("t.csv"))", needed: 88, budget: 20))
  }

  @Test func aNameThatBeginsWithAByteOrderMarkReadsBack() throws {
    let bytes = try CSVTable.encode(columns: ["\u{FEFF}a"], values: MatrixView([[1.0]]))
    #expect(try CSVTable(bytes: bytes, file: "t.csv").columns == ["\u{FEFF}a"])
  }
}
