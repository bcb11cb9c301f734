import CZonotope
import Testing

/// Rows at which the usual path of a step does not decide, and the public entry of the enumeration.
@Suite struct ArrangementFallbackTests {
  /// Normals of rank 2 whose angles differ by less than the keys of the radix sort do, in the wrong order.
  @Test func neighboursCloserThanTheirKeysAreSortedExactly() {
    let angles = (0..<40).map { k in [1.0, Double(40 - k) * 0x1p-45] } + [[0, 1], [-1, 2], [1, 3]]
    let normals = angles.flatMap { $0 }, n = angles.count
    var order = [UInt32](repeating: 0, count: n), line = [UInt64](repeating: 0, count: zt_words(n))
    var workspace = [UInt64](repeating: 0, count: zt_walk_cells_f64_workspace(n) / 8 + 1)
    zt_walk_cells_f64(n, normals, &order, &line, &workspace)
    #expect(order.sorted() == (0..<n).map(UInt32.init))
    // Turned into the right half plane, by slopes: exact, these are small integers times 2^-45.
    let slopes = order.map { k in angles[Int(k)][0] == 0 ? .infinity : angles[Int(k)][1] / angles[Int(k)][0] }
    let rises = zip(slopes, slopes.dropFirst()).allSatisfy { $0 < $1 }
    let falls = zip(slopes, slopes.dropFirst()).allSatisfy { $0 > $1 }
    #expect(rises || falls, "\(slopes)")
  }

  /// The determinant of the first two rows is the first prime, 2^62 - 57, so that only the second one sees rank 2.
  @Test func aRankThatTheFirstPrimeHides() {
    #expect(CellRun([[0x1p31, 57], [1, 0x1p31]]).rank == 2)
    #expect(CellRun([[0x1p31, 57], [1, 0x1p31], [0x1p32, 114], [2, 0x1p32]]).cells().found == 4)
    #expect(CellRun([[0x1p31, 57], [0x1p30, 28.5]]).rank == 1)
  }

  private final class Calls {
    var cells = 0, calls = 0, left: Int
    init(_ left: Int) { self.left = left }
  }

  /// Visits all cells with a callback that wants to stop after some calls; nil: without one.
  private func enumerate(_ run: CellRun, stopAfter: Int?) -> (
    status: zt_cells_status, found: Int, calls: Calls
  ) {
    run.withPlan(batch: 64, witnesses: false) { plan in
      let bytes = zt_cells_f64_workspace(&plan), calls = Calls(stopAfter ?? .max)
      let room = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 8)
      defer { room.deallocate() }
      var found = 0
      let progress: zt_cells_progress = { context, _ in
        let calls = Unmanaged<Calls>.fromOpaque(context!).takeUnretainedValue()
        calls.calls += 1
        return calls.calls > calls.left ? 1 : 0
      }
      let status = zt_cells_f64(
        &plan, 0, zt_cells_tasks(&plan), Int.max,
        { context, batch in
          Unmanaged<Calls>.fromOpaque(context!).takeUnretainedValue().cells += batch!.pointee.count
          return 0
        }, stopAfter == nil ? nil : progress, Unmanaged.passUnretained(calls).toOpaque(), &found, room)
      return (status, found, calls)
    }
  }

  @Test func progressMayStop() {
    var random = SeededGenerator()
    let run = CellRun((0..<40).map { _ in (0..<5).map { _ in random.unit() } })
    let all = enumerate(run, stopAfter: nil), asked = enumerate(run, stopAfter: .max)
    for whole in [all, asked] {
      #expect(whole.status == ZT_CELLS_COMPLETE && whole.found == coverCount(40, 5))
      #expect(whole.calls.cells == whole.found)
    }
    #expect(all.calls.calls == 0 && asked.calls.calls > 2)
    let stopped = enumerate(run, stopAfter: 2)
    #expect(stopped.status == ZT_CELLS_STOPPED && stopped.calls.calls == 3 && stopped.found < all.found)
  }
}
