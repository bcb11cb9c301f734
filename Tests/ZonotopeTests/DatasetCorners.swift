import Testing

@testable import Zonotope

private func dataset(_ x: [[Double]], _ y: [Double], _ names: [String]? = nil) throws(ZonotopeError)
  -> Dataset
{
  try Dataset(x: MatrixView(x), y: y, featureNames: names)
}

private func place(_ error: ZonotopeError?) -> String? {
  guard case .invalid(let place, _)? = error else { return nil }
  return place
}

@Suite struct DatasetCorners {
  @Test(arguments: [0, 1, 2], [0, 1, 2]) func sizes(n: Int, d: Int) throws {
    let x = try MatrixView([Double](repeating: 1, count: n * d), rows: n, columns: d)
    let y = [Double](repeating: 1, count: n)
    let error = failure { () throws(ZonotopeError) in try Dataset(x: x, y: y) }
    #expect((error == nil) == (n > 0 && d > 0))
    if n > 0 {
      #expect(
        place(failure { () throws(ZonotopeError) in try Dataset(x: x, y: y + [1]) }) == (d == 0 ? "x" : "y"))
    }
  }

  /// In every position, with the place named before anything is computed.
  @Test(arguments: [Double.nan, .infinity, -.infinity]) func notFiniteNumbersInXOrY(value: Double) {
    for row in 0..<3 {
      for column in 0..<2 {
        var x = [[1, 2], [3, 4], [5, 6.0]]
        x[row][column] = value
        let error = failure { () throws(ZonotopeError) in try dataset(x, [1, 2, 3], ["p", "q"]) }
        #expect(place(error) == "x[\(row)][\(column)]")
        #expect(error?.description.contains(column == 0 ? "'p'" : "'q'") == true)
      }
      var y = [1.0, 2, 3]
      y[row] = value
      #expect(place(failure { () throws(ZonotopeError) in try dataset([[1], [2], [3]], y) }) == "y[\(row)]")
    }
  }

  @Test func severalTargets() throws {
    let x = try MatrixView([[1], [2]])
    let y = try MatrixView([[1, 2], [3, .nan]])
    #expect(place(failure { () throws(ZonotopeError) in try Dataset(x: x, y: y) }) == "y[1][1]")
    let none = try MatrixView([], rows: 2, columns: 0)
    #expect(place(failure { () throws(ZonotopeError) in try Dataset(x: x, y: none) }) == "y")
  }

  @Test func copiesNothing() throws {
    let x = try MatrixView([[1, 2], [3, 4]])
    #expect(try Dataset(x: x, y: [1, 2]).x.base == x.base)
  }

  @Test func splits() throws {
    let data = try dataset((0..<10).map { [Double($0)] }, (0..<10).map(Double.init))
    var generator = SplitMix(state: 5)
    let (train, test) = try data.split(testing: 0.3, using: &generator)
    #expect(test.count == 3)
    #expect((train + test).sorted() == Array(0..<10))
    #expect(train == train.sorted())
    var again = SplitMix(state: 5)
    #expect(try data.split(testing: 0.3, using: &again).test == test)
    #expect(try data.rows(test).y.gathering(rows: [0])[0, 0] == Double(test[0]))
    for fraction in [0, 1, -1, .nan, 0.01, 0.99] {
      #expect(
        place(failure { () throws(ZonotopeError) in try data.split(testing: fraction, using: &again) })
          == "fraction")
    }
    #expect(place(failure { () throws(ZonotopeError) in try data.rows([3, 10]) }) == "indices[1]")
    #expect(place(failure { () throws(ZonotopeError) in try data.rows([]) }) == "x")
  }
}

@Suite struct ConstantColumns {
  @Test func standardises() throws {
    let x = try MatrixView([[1, 0.1, 1e-200], [3, 0.1, 2e-200], [5, 0.1, 1e-200]])
    let standardization = try Standardization(learning: x)
    #expect(standardization.means[0] == 3)
    #expect(standardization.means[1] == 0.1)
    #expect(abs(standardization.scales[0] - (8.0 / 3).squareRoot()) < 1e-15)
    #expect(standardization.scales[1] == 1)
    #expect(standardization.scales[2] == 1)
    let z = try standardization.applied(to: x)
    #expect(abs(z[0, 0] + z[1, 0] + z[2, 0]) < 1e-15)
    #expect([z[0, 1], z[1, 1], z[2, 1]] == [0, 0, 0])
    #expect(try Standardization(standardization.json, place: "s") == standardization)
  }

  @Test func refuses() throws {
    let empty = try MatrixView([], rows: 0, columns: 2)
    #expect(place(failure { () throws(ZonotopeError) in try Standardization(learning: empty) }) == "x")
    let huge = try MatrixView([[1e308], [-1e308], [1e308]])
    #expect(place(failure { () throws(ZonotopeError) in try Standardization(learning: huge) }) == "x")
    let bad = try MatrixView([[1], [.nan]])
    #expect(place(failure { () throws(ZonotopeError) in try Standardization(learning: bad) }) == "x[1][0]")
    let two = try Standardization(learning: MatrixView([[1, 2], [3, 4]]))
    #expect(place(failure { () throws(ZonotopeError) in try two.applied(to: bad) }) == "x")
  }

  @Test(arguments: [
    (#"[]"#, "s"), (#"{"means":[1]}"#, "s.scales"), (#"{"means":[1],"scales":[1,2]}"#, "s"),
    (#"{"means":[1],"scales":[0]}"#, "s.scales[0]"), (#"{"means":"x","scales":[1]}"#, "s.means"),
  ])
  func refusesJSON(text: String, expected: String) throws {
    let json = try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(JSONFault) in
      try JSONScanner.scan(bytes)
    }
    #expect(place(failure { () throws(ZonotopeError) in try Standardization(json, place: "s") }) == expected)
  }
}
