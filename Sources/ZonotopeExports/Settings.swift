// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CZonotope
import Zonotope

/// A pointer that the caller hands to its own functions; this side never looks behind it.
private struct Context: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer?
}

private func defaults() -> zt_settings {
  var settings = zt_settings()
  settings.struct_size = MemoryLayout<zt_settings>.size
  settings.tolerance = SolverSettings().tolerance
  return settings
}

/// Sizes that a header may have: from the first member on, up to the largest that a later one is believed to have. The
/// structure is as aligned as its widest members, and so no version ends within one.
private func isSize(_ size: Int) -> Bool {
  (MemoryLayout<Int>.size...4096).contains(size) && size % MemoryLayout<zt_settings>.alignment == 0
}

@c @implementation
public func zt_settings_init(_ settings: UnsafeMutablePointer<zt_settings>?, _ size: Int) -> zt_status {
  guard let settings, isSize(size) else { return .invalid }
  let target = UnsafeMutableRawPointer(settings)
  target.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  withUnsafeBytes(of: defaults()) { source in
    target.copyMemory(from: source.baseAddress!, byteCount: min(size, source.count))
  }
  target.storeBytes(of: size, as: Int.self)
  return .ok
}

/// The members this version knows, whatever the size of the caller's structure.
func read(_ pointer: UnsafePointer<zt_settings>?) throws(ZonotopeError) -> zt_settings {
  var settings = defaults()
  guard let pointer else { return settings }
  let source = UnsafeRawPointer(pointer)
  let size = source.loadUnaligned(as: Int.self)
  guard isSize(size) else {
    throw .invalid(place: "settings.struct_size", reason: "\(size): call zt_settings_init first")
  }
  let known = MemoryLayout<zt_settings>.size
  for k in min(size, known)..<size where source.load(fromByteOffset: k, as: UInt8.self) != 0 {
    throw .unsupported(key: "settings", reason: "a member that this version does not have is set")
  }
  withUnsafeMutableBytes(of: &settings) { target in
    target.baseAddress!.copyMemory(from: source, byteCount: min(size, known))
  }
  return settings
}

extension SolverSettings {
  init(_ settings: zt_settings) throws(ZonotopeError) {
    self.init()
    switch settings.precision {
    case .double: precision = .double
    case .float: precision = .float
    default:
      throw .unsupported(
        key: "settings.precision", reason: "\(settings.precision.rawValue) is not known to this version")
    }
    switch settings.solver {
    case .automatic: kind = .automatic
    case .fista: kind = .fista
    case .admm: kind = .admm
    case .newton: kind = .newton
    case .augmentedLagrangian: kind = .augmentedLagrangian
    default:
      throw .unsupported(
        key: "settings.solver", reason: "\(settings.solver.rawValue) is not known to this version")
    }
    tolerance = settings.tolerance
    if settings.seconds != 0 { seconds = settings.seconds }
    if settings.iterations != 0 { iterations = settings.iterations }
    threads = settings.threads
    if settings.memory != 0 { memory = settings.memory }
    guard let callback = settings.progress else { return }
    let context = Context(pointer: settings.progress_context), cancellation = Cancellation()
    self.cancellation = cancellation
    progress = { step in
      // The last check of a solve comes after the callback has asked to stop.
      if cancellation.isCancelled { return }
      var report = zt_progress(
        struct_size: MemoryLayout<zt_progress>.size, iteration: step.iteration, objective: step.objective,
        lower_bound: step.lowerBound, relative_gap: step.relativeGap, active_blocks: step.activeBlocks,
        seconds: step.seconds)
      if callback(context.pointer, &report) != 0 { cancellation.cancel() }
    }
  }
}

extension Allocator {
  /// That of the settings, if they have one.
  static func of(_ settings: zt_settings) throws(ZonotopeError) -> Allocator? {
    try pair(settings.allocate, settings.release, settings.memory_context, "settings.allocate")
  }

  /// A pair of functions of the caller; nil where both are NULL.
  fileprivate static func pair(
    _ allocate: zt_allocate?, _ release: zt_release?, _ context: UnsafeMutableRawPointer?, _ place: String
  ) throws(ZonotopeError) -> Allocator? {
    switch (allocate, release) {
    case (nil, nil): return nil
    case (let allocate?, let release?):
      let context = Context(pointer: context)
      return Allocator(
        allocate: { bytes in allocate(context.pointer, bytes) },
        release: { block in release(context.pointer, block) })
    default: throw .invalid(place: place, reason: "stands without release, or that alone")
    }
  }
}

@c @implementation
public func zt_problem_set_memory(
  _ pointer: OpaquePointer?, _ allocate: zt_allocate?, _ release: zt_release?,
  _ context: UnsafeMutableRawPointer?
) -> zt_status {
  set(problem(pointer), allocate, release, context)
}

@c @implementation
public func zt_model_set_memory(
  _ pointer: OpaquePointer?, _ allocate: zt_allocate?, _ release: zt_release?,
  _ context: UnsafeMutableRawPointer?
) -> zt_status {
  set(model(pointer), allocate, release, context)
}

private func set(
  _ handle: Handle?, _ allocate: zt_allocate?, _ release: zt_release?, _ context: UnsafeMutableRawPointer?
) -> zt_status {
  guard let handle else { return .invalid }
  return handle.perform { () throws(ZonotopeError) in
    handle.allocator = try Allocator.pair(allocate, release, context, "allocate")
  }
}
