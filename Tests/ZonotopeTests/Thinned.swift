import Foundation

/// Every k-th of the cases of a sweep, k from the environment (ZONOTOPE_SWEEP), the first always among them; all without
/// it. Under a sanitizer that slows everything down and looks for what the threads of a case do, not for its figures, a
/// part of them tells as much: `.ci/sanitize` says where.
func thinned<Case>(_ cases: [Case]) -> [Case] {
  let step = ProcessInfo.processInfo.environment["ZONOTOPE_SWEEP"].flatMap { Int($0) } ?? 1
  return stride(from: 0, to: cases.count, by: max(1, step)).map { cases[$0] }
}
