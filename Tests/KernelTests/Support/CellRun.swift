import CKernelTiers
import CZonotope

/// How the vertices of a line are found.
enum CellMethod: Int32, CaseIterable {
  case quicker, compared, sorted
}

/// Rows prepared for an enumeration, and what an enumeration says.
final class CellRun {
  let samples: Int
  let rank: Int
  let hyperplanes: Int
  let normals: [Double]
  /// The columns that witnesses speak of.
  let columns: [Int]
  private let rows: [Int]
  private let starts: [Int]
  private let flipped: [UInt64]

  struct Result {
    var status = ZT_CELLS_COMPLETE
    var found = 0
    /// A line of bits a cell, in the order of the visits.
    var lines: [[UInt64]] = []
    var witnesses: [[Double]] = []
    var margins: [Double] = []
    var batches: [Int] = []
  }

  init(_ x: [[Double]]) {
    let (n, d) = (x.count, x.first?.count ?? 0)
    var scaled = [Double](repeating: 0, count: n * d + 1)
    precondition(zt_scale_rows_f64(n, d, x.flatMap { $0 } + [0], d, &scaled, d) == n)
    var columns = [Int](repeating: 0, count: Int(ZT_ARRANGEMENT_RANK_LIMIT))
    var workspace = [UInt64](repeating: .max, count: zt_row_space_f64_workspace(n, d) / 8 + 1)
    let rank = zt_row_space_f64(n, d, scaled, d, &columns, &workspace)
    var rows = [Int](repeating: 0, count: n + 1)
    var starts = rows
    var flipped = [UInt64](repeating: .max, count: zt_words(n) + 1)
    var normals = [Double](repeating: 0, count: n * rank + 1)
    workspace = [UInt64](repeating: .max, count: zt_hyperplanes_f64_workspace(n, rank) / 8 + 1)
    hyperplanes =
      rank == 0
      ? 0
      : zt_hyperplanes_f64(
        n, d, rank, scaled, d, columns, &rows, &starts, &flipped, &normals, &workspace)
    self.columns = Array(columns.prefix(rank))
    (samples, self.rank, self.rows, self.starts) = (n, rank, rows, starts)
    (self.flipped, self.normals) = (flipped, normals)
  }

  /// Calls the body with the plan of the prepared rows.
  func withPlan<T>(batch: Int, witnesses: Bool, body: (inout zt_cells_plan) -> T) -> T {
    normals.withUnsafeBufferPointer { normals in
      rows.withUnsafeBufferPointer { rows in
        starts.withUnsafeBufferPointer { starts in
          flipped.withUnsafeBufferPointer { flipped in
            var plan = zt_cells_plan()
            (plan.hyperplanes, plan.rank, plan.normals) = (hyperplanes, rank, normals.baseAddress)
            (plan.samples, plan.rows, plan.starts) = (samples, rows.baseAddress, starts.baseAddress)
            (plan.flipped, plan.batch, plan.witnesses) = (flipped.baseAddress, batch, witnesses ? 1 : 0)
            return body(&plan)
          }
        }
      }
    }
  }

  var tasks: Int { withPlan(batch: 2, witnesses: false) { zt_cells_tasks(&$0) } }

  /// Enumerates tasks; keeps all cells, or hands the batches to `each`.
  func cells(
    batch: Int = 4096, witnesses: Bool = false, tasks: Range<Int>? = nil, budget: Int = .max,
    functionals: [Double]? = nil, tier: String? = nil, method: CellMethod = .quicker,
    stopAfter: Int = .max, stopsAtProgress: Bool = false, ofHyperplanes: Bool = false,
    each: ((UnsafePointer<zt_cells_batch>) -> Void)? = nil
  ) -> Result {
    withPlan(batch: batch, witnesses: witnesses) { plan in
      if ofHyperplanes { plan.rows = nil }
      let range = tasks ?? 0..<zt_cells_tasks(&plan)
      let workspace = UnsafeMutableRawPointer.allocate(
        byteCount: zt_cells_f64_workspace(&plan), alignment: 8)
      defer { workspace.deallocate() }
      let sink = Sink(
        samples: ofHyperplanes ? hyperplanes : samples, rank: rank, stopAfter: stopAfter, each: each)
      let context = Unmanaged.passUnretained(sink).toOpaque()
      let visit: zt_cells_visit = { context, batch in
        Unmanaged<Sink>.fromOpaque(context!).takeUnretainedValue().take(batch!)
      }
      var found = 0
      let status = zt_cells_of_tier(
        tier, &plan, functionals, method.rawValue, range.lowerBound, range.upperBound, budget, visit,
        stopsAtProgress ? { _, _ in 1 } : nil, context, &found, workspace)
      (sink.result.status, sink.result.found) = (status, found)
      return sink.result
    }
  }

  private final class Sink {
    let samples: Int, rank: Int, stopAfter: Int
    let each: ((UnsafePointer<zt_cells_batch>) -> Void)?
    var result = Result()

    init(samples: Int, rank: Int, stopAfter: Int, each: ((UnsafePointer<zt_cells_batch>) -> Void)?) {
      (self.samples, self.rank, self.stopAfter, self.each) = (samples, rank, stopAfter, each)
    }

    func take(_ batch: UnsafePointer<zt_cells_batch>) -> Int32 {
      let cells = batch.pointee
      result.batches.append(cells.count)
      if let each {
        each(batch)
      } else {
        for i in 0..<cells.count {
          result.lines.append((0..<zt_words(samples)).map { cells.bits[i * cells.stride + $0] })
          guard let witnesses = cells.witnesses else { continue }
          result.witnesses.append((0..<rank).map { witnesses[i * rank + $0] })
          result.margins.append(cells.margins[i])
        }
      }
      return result.batches.count >= stopAfter ? 1 : 0
    }
  }
}

/// The bound of Cover for hyperplanes in general position.
func coverCount(_ hyperplanes: Int, _ rank: Int) -> Int {
  var (sum, binomial) = (0, 1)
  for k in 0..<min(rank, hyperplanes) {
    sum += binomial
    binomial = binomial * (hyperplanes - 1 - k) / (k + 1)
  }
  return 2 * sum
}
