import Zonotope

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Handwritten digits as tokens: 16 patches of 2 x 2 pixels.
struct Digits {
  /// Of a token: its four pixels and a one, and where asked for, where it is.
  let features: Int
  let train: MatrixView, test: MatrixView
  let trainLabels: [Int], testLabels: [Int]

  static let tokens = 16

  /// - Parameter positions: numbers that say where a token is: 0; 2 for row and column; 4 for their first two cosines.
  init(path: String, positions: Int) throws {
    let table = try CSVTable(path: path), labels = try table.numbers(column: "digit").map { Int($0) }
    let pixels = try table.matrix(columns: table.columns.filter { $0 != "digit" })
    let features = 5 + positions
    func tokens(_ rows: Range<Int>) throws -> MatrixView {
      var values: [Double] = []
      for row in rows {
        for token in 0..<Self.tokens {
          let (r, c) = (token / 4, token % 4)
          for k in 0..<4 { values.append(pixels[row, (2 * r + k / 2) * 8 + 2 * c + k % 2] / 16) }
          values.append(1)
          if positions == 2 { values += [Double(2 * r - 3) / 3, Double(2 * c - 3) / 3] }
          if positions == 4 {
            for place in [r, c] { values += [cosine(1, place), cosine(2, place)] }
          }
        }
      }
      return try MatrixView(values, rows: rows.count, columns: Self.tokens * features)
    }
    self.features = features
    (train, test) = try (tokens(0..<1437), tokens(1437..<table.rows))
    (trainLabels, testLabels) = (Array(labels[..<1437]), Array(labels[1437...]))
  }

  func data(oneHot: Bool) throws -> Dataset {
    guard oneHot else {
      return try Dataset(x: train, y: trainLabels.map(Double.init))
    }
    var y = [Double](repeating: 0, count: trainLabels.count * 10)
    for (row, label) in trainLabels.enumerated() { y[row * 10 + label] = 1 }
    return try Dataset(x: train, y: MatrixView(y, rows: trainLabels.count, columns: 10))
  }

  /// The share of test rows, in percent, whose largest output is that of their digit.
  func accuracy(_ outputs: [Double]) -> Double {
    var right = 0
    for (row, label) in testLabels.enumerated() {
      let scores = outputs[row * 10..<row * 10 + 10]
      if scores.firstIndex(of: scores.max() ?? 0) == row * 10 + label { right += 1 }
    }
    return 100 * Double(right) / Double(testLabels.count)
  }
}

/// The wave k of the discrete cosine transform of length 4.
private func cosine(_ k: Int, _ place: Int) -> Double { cos(.pi * Double(k) * (Double(place) + 0.5) / 4) }
