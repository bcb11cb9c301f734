import CKernelTiers
import CZonotope
import Foundation
import Synchronization
import Testing

/// Tasks, batches, budgets and walks: the ways an enumeration can be cut.
struct CellTaskTests {
  private static func rows(_ n: Int, _ d: Int, seed: String) -> [[Double]] {
    var random = SeededGenerator(test: seed)
    return (0..<n).map { _ in (0..<d).map { _ in Double(random.below(19) - 9) } }
  }

  @Test(arguments: [(120, 3), (40, 4), (24, 6), (30, 2), (9, 1), (0, 3)])
  func tasksOneAfterTheOtherAreTheWhole(n: Int, d: Int) {
    let run = CellRun(Self.rows(n, d, seed: "tasks \(n) \(d)"))
    let whole = run.cells()
    var parts: [[UInt64]] = []
    let tasks = run.tasks
    for task in 0..<tasks { parts += run.cells(batch: 2 + 2 * (task % 9), tasks: task..<task + 1).lines }
    #expect(parts == whole.lines)
    #expect(n < 24 || d < 3 || tasks > 1)
    #expect(run.cells(tasks: 0..<tasks / 2).lines + run.cells(tasks: tasks / 2..<tasks).lines == whole.lines)
  }

  @Test func batchesAreFullButTheLast() {
    let run = CellRun(Self.rows(20, 4, seed: "batches"))
    let result = run.cells(batch: 64)
    #expect(result.batches.dropLast().allSatisfy { $0 == 64 })
    #expect(result.batches.reduce(0, +) == result.found)
    for cell in stride(from: 0, to: result.found, by: 2) {
      #expect(result.lines[cell][0] ^ result.lines[cell + 1][0] == (1 << 20) - 1)
    }
  }

  @Test func aBudgetIsKeptAndSaidToBeReached() {
    let run = CellRun(Self.rows(16, 4, seed: "budget"))
    let all = run.cells()
    for budget in [0, 1, 2, 100, all.found - 1, all.found, all.found + 1] {
      let some = run.cells(batch: 16, budget: budget)
      #expect(some.found == min(budget / 2 * 2, all.found))
      #expect(some.lines == Array(all.lines.prefix(some.found)))
      #expect(some.status == (budget >= all.found ? ZT_CELLS_COMPLETE : ZT_CELLS_FULL))
    }
  }

  /// The number found is that of the batches that were accepted.
  @Test func aBatchThatIsRefusedDoesNotCount() {
    let run = CellRun(Self.rows(16, 4, seed: "stop"))
    let some = run.cells(batch: 32, stopAfter: 3)
    #expect(some.status == ZT_CELLS_STOPPED && some.batches == [32, 32, 32] && some.found == 64)
    let all = run.cells(batch: 32)
    let rest = all.found - (all.batches.count - 1) * 32
    let last = run.cells(batch: 32, stopAfter: all.batches.count)
    #expect(last.status == ZT_CELLS_STOPPED && last.found == all.found - rest)
    let none = CellRun([[0.0, 0]]).cells(stopAfter: 1)
    #expect(none.status == ZT_CELLS_STOPPED && none.batches == [1] && none.found == 0)
  }

  /// Cells of a batch that is not full yet when the enumeration is stopped have not been handed out.
  @Test func cellsThatNobodySawDoNotCount() {
    let run = CellRun(Self.rows(70, 4, seed: "progress"))
    let some = run.cells(batch: 1 << 20, stopsAtProgress: true)
    #expect(some.status == ZT_CELLS_STOPPED && some.batches.isEmpty && some.found == 0)
  }

  /// Deep searches run on the small stacks of threads.
  @Test func halfAMegabyteOfStackIsEnough() throws {
    // Full of ties, so that searches are nested in each other.
    let rows = Self.rows(26, 9, seed: "stack").map {
      $0.map { Double($0.sign == .minus ? -1 : $0 > 3 ? 1 : 0) }
    }
    let found = Mutex(0)
    let thread = Thread {
      let run = CellRun(rows).cells(budget: 20_000)
      found.withLock { $0 = run.found }
    }
    thread.stackSize = 512 << 10
    thread.start()
    while !thread.isFinished { Thread.sleep(forTimeInterval: 0.01) }
    #expect(found.withLock { $0 } == 20_000)
  }

  @Test(arguments: [1, 2, 40, 700])
  func aWalkOfFlipsVisitsAllCells(n: Int) {
    let run = CellRun(Self.rows(n, 2, seed: "walk \(n)") + [[1, 0], [1, 1]])
    var order = [UInt32](repeating: 0, count: run.hyperplanes)
    var line = [UInt64](repeating: 0, count: zt_words(run.hyperplanes))
    var workspace = [UInt64](repeating: 0, count: zt_walk_cells_f64_workspace(run.hyperplanes) / 8 + 1)
    zt_walk_cells_f64(run.hyperplanes, run.normals, &order, &line, &workspace)
    var seen: Set<[UInt64]> = []
    for _ in 0..<2 {
      for flip in order {
        seen.insert(line)
        line[Int(flip) / 64] ^= 1 << UInt64(flip % 64)
      }
    }
    #expect(seen.count == 2 * run.hyperplanes)
    let cells = run.cells(ofHyperplanes: true)
    #expect(Set(cells.lines) == seen)
  }
}
