import CZonotope
import Foundation
import Testing

@testable import Zonotope

@Suite struct CellStreamTests {
  @Test func theSequenceIsTheSet() throws {
    for x in [try normalRows(24, 5, seed: 101), try MatrixView([[0, 0]]), try normalRows(3, 1, seed: 102)] {
      let arrangement = try Arrangement(of: x), set = try arrangement.cells(memory: 1 << 28)
      #expect(arrangement.map(\.text) == set.texts)
    }
  }

  /// Where the system refuses a thread, the iterator finds the cells itself, task by task.
  @Test func withoutAThreadTheCellsAreTheSame() throws {
    // Many tasks, one, and a single cell.
    for x in [try normalRows(40, 5, seed: 108), try normalRows(50, 2, seed: 109), try MatrixView([[0, 0]])] {
      let arrangement = try Arrangement(of: x)
      var alone = CellIterator(arrangement, startsThread: false), seen = 0
      for cell in arrangement {
        #expect(alone.next()?.text == cell.text)
        seen += 1
      }
      #expect(alone.next() == nil && alone.next() == nil)
      #expect(try seen == arrangement.count().cells)
    }
    var left = try CellIterator(Arrangement(of: normalRows(40, 5, seed: 108)), startsThread: false)
    #expect(left.next() != nil)
  }

  /// What an enumeration works in is asked for when an arrangement is made: its sequence cannot throw.
  @Test func workspacesAreAskedForInTime() throws {
    let x = try normalRows(300, 4, seed: 110), arrangement = try Arrangement(of: x)
    let bytes = zt_cells_f64_workspace([arrangement.plan(batch: 4096, witnesses: false)])
    let small = Allocator(
      allocate: { $0 < bytes ? malloc($0) : nil }, release: { free($0) })
    let refused = failure { () throws(ZonotopeError) in
      try small.providing { () throws(ZonotopeError) in try Arrangement(of: x) }
    }
    guard case .outOfMemory = refused else {
      Issue.record("\(String(describing: refused)) is not a refusal")
      return
    }
    for bytes in [Int.max, -1, physicalMemory() / 2 + 1] {
      let over = failure { () throws(ZonotopeError) in try Arrangement.probeWorkspace(bytes: bytes) }
      guard case .memoryBudget(_, let needed, physicalMemory() / 2) = over else {
        Issue.record("\(String(describing: over)) is not the budget")
        return
      }
      #expect(needed > physicalMemory() / 2)
    }
  }

  @Test func aLoopMayBeLeft() throws {
    // 4 million cells, of which a few are looked at.
    let arrangement = try Arrangement(of: normalRows(50, 6, seed: 103))
    for _ in 0..<20 {
      var seen = 0
      for cell in arrangement {
        seen += cell[0] || !cell[0] ? 1 : 0
        if seen == 5000 { break }
      }
      #expect(seen == 5000)
    }
    #expect(arrangement.prefix(3).map(\.samples) == [50, 50, 50])
    // An iterator that nobody asks anything.
    _ = arrangement.makeIterator()
  }

  @Test func twoLoopsAreIndependent() throws {
    let arrangement = try Arrangement(of: normalRows(12, 4, seed: 104))
    var first = arrangement.makeIterator(), second = arrangement.makeIterator()
    while let cell = first.next() { #expect(cell.text == second.next()?.text) }
    #expect(second.next() == nil && first.next() == nil)
  }

  @Test(arguments: [1, 2, 3, 7]) func theOrderDoesNotDependOnThreads(threads: Int) throws {
    var settings = EnumerationSettings()
    settings.threads = threads
    // Repeated entries: ties everywhere.
    var generator = Xoshiro256(seed: 105)
    let rows = (0..<40).map { _ in (0..<5).map { _ in Double(Int.random(in: -1...1, using: &generator)) } }
    let arrangement = try Arrangement(of: MatrixView(rows))
    let set = try arrangement.cells(settings: settings, witnesses: true)
    let other = try arrangement.cells(settings: EnumerationSettings(), witnesses: true)
    #expect(set.count > 10_000 && set.lines == other.lines)
    let gates = try #require(set.gates), others = try #require(other.gates)
    #expect((0..<set.count).allSatisfy { gates[$0, 0].bitPattern == others[$0, 0].bitPattern })
  }

  @Test func batchesHaveTheirSize() throws {
    let arrangement = try Arrangement(of: normalRows(20, 4, seed: 106))
    var sizes: [Int] = []
    let result = try arrangement.forEachBatch(batch: 100) { batch in
      sizes.append(batch.count)
      return true
    }
    #expect(result.status == .complete && sizes.reduce(0, +) == result.cells)
    #expect(sizes.allSatisfy { $0 <= 100 } && sizes.count >= result.cells / 100)
  }

  /// Exact training over all patterns of data of rank 4.
  @Test func programsTakeAnyRank() throws {
    let x = try normalRows(8, 4, seed: 107)
    let data = try Dataset(x: x, y: [1, -1, 0.5, 2, -0.3, 0.8, -1.2, 0.4])
    let result = try ReLU(patterns: .all).train(on: data, loss: SquaredLoss(), beta: .ratio(0.1))
    #expect(result.certificate.scope == .allNeurons && result.certificate.relativeGap <= 1e-6)
    #expect(result.certificate.relativeGap >= 0)
  }
}
