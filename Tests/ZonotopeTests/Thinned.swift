import Foundation

/// Every k-th of the cases of a sweep, k from the environment (ZONOTOPE_SWEEP), the first always among them; all without
/// it. Under a sanitizer that slows everything down and looks for what the threads of a case do, not for its figures, a
/// part of them tells as much: `.ci/sanitize` says where.
func thinned<Case>(_ cases: [Case]) -> [Case] {
  stride(from: 0, to: cases.count, by: sweepStep).map { cases[$0] }
}

/// Whether sweeps are thinned: what is one long case in itself, of which others are smaller, is left out then.
var sweepsAreThinned: Bool { sweepStep > 1 }

private let sweepStep = max(
  1, ProcessInfo.processInfo.environment["ZONOTOPE_SWEEP"].flatMap { Int($0) } ?? 1)
