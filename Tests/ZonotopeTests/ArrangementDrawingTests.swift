import Foundation
import Testing

@testable import Zonotope

@Suite struct ArrangementDrawingTests {
  private func drawn(_ rows: [[Double]]) throws -> String {
    try ArrangementDrawing(of: MatrixView(rows)).svg()
  }

  private func count(_ needle: String, in text: String) -> Int {
    text.components(separatedBy: needle).count - 1
  }

  @Test func everyCellIsDrawnOnce() throws {
    let plane = try drawn([[1, 2], [0.3, -1], [-1.5, 1], [0, 0]])
    #expect(count("class=\"cell\"", in: plane) == 6 && count("class=\"line\"", in: plane) == 3)
    #expect(plane.contains("6 cells"))
    // Half of the cells of a sphere; the first hyperplane is the rim.
    let sphere = try drawn((0..<25).map { [Double($0 % 5), Double($0 / 5), 1] })
    #expect(count("class=\"cell\"", in: sphere) == 201 && count("class=\"line\"", in: sphere) == 24)
    #expect(!sphere.contains("nan") && !plane.contains("nan"))
  }

  @Test func whatCannotBeDrawnIsRefused() throws {
    #expect(throws: ZonotopeError.self) { try drawn([[1], [2]]) }
    #expect(throws: ZonotopeError.self) { try drawn((0..<4).map { k in (0..<4).map { $0 == k ? 1 : 0 } }) }
    #expect(throws: ZonotopeError.self) { try ArrangementDrawing(of: normalRows(150, 3, seed: 114)) }
  }
}
