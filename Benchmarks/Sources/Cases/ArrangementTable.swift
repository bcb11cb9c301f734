import Comparisons
import Foundation
import Zonotope

/// Cells of arrangements, beside an enumeration that decides every cell by a linear program.
enum ArrangementTable {
  private static let sizes = [(20, 3), (30, 3), (50, 3), (20, 4), (100, 3), (1000, 3), (30, 5), (50, 6)]
  /// Beyond as many cells the programs take too long for a table.
  private static let limit = 4000

  static func make() throws -> [[String]] {
    var lines = [
      ["rows x rank", "cells", "ms", "Mcells/s", "programs", "their ms", "times faster"]
    ]
    for (n, d) in sizes {
      let x = try CellComparisons.rows(n, d), arrangement = try Arrangement(of: x)
      var found = 0
      let time = shortest { found = ((try? arrangement.forEachBatch { _ in true })?.cells) ?? 0 }
      var line = [
        "\(n) x \(d)", "\(found)", String(format: "%.3f", 1e3 * time),
        String(format: "%.1f", Double(found) / time * 1e-6),
      ]
      if found <= limit {
        var reference = IncrementalCells((0..<n).map { k in (0..<d).map { x[k, $0] } })
        var counted = 0
        let slow = shortest(runs: 3) { counted = reference.count() }
        guard counted == found else { fail("\(n) x \(d): \(found) cells, \(counted) by linear programs") }
        line += [
          "\(reference.programs)", String(format: "%.1f", 1e3 * slow), String(format: "%.0f", slow / time),
        ]
      }
      lines.append(line)
    }
    return lines
  }
}
