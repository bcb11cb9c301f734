import CBenchmarkBLAS
import CZonotope

/// The kernels of one precision under common names, with dense arrays: rows one after the other.
protocol BenchmarkReal: BinaryFloatingPoint, Sendable {
  typealias Numbers = UnsafePointer<Self>
  typealias Output = UnsafeMutablePointer<Self>

  /// As in the names of the kernels.
  static var suffix: String { get }
  static var isSingle: Bool { get }

  static func product(_ n: Int, _ d: Int, _ p: Int, _ x: Numbers, _ g: Numbers, _ c: Output)
  static func gram(_ n: Int, _ d: Int, _ x: Numbers, _ k: Output)

  static func packWorkspace(_ n: Int, _ d: Int, _ p: Int) -> Int
  static func pack(
    _ n: Int, _ d: Int, _ p: Int, _ x: Numbers, _ g: Numbers, _ bits: UnsafeMutablePointer<UInt64>,
    _ hashes: UnsafeMutablePointer<UInt64>?, _ room: Output)
  static func hadamard(_ n: Int, _ p: Int, _ bits: UnsafePointer<UInt64>, _ k: Output)
  static func weightedHadamard(
    _ n: Int, _ p: Int, _ bits: UnsafePointer<UInt64>, _ weights: UnsafePointer<Double>, _ k: Output,
    _ room: UnsafeMutablePointer<Double>)

  static func norms(_ p: Int, _ d: Int, _ t: Numbers, _ norms: Output)
  static func groupShrink(_ p: Int, _ d: Int, _ t: Numbers, _ theta: Self, _ v: Output)
  static func sparseGroupShrink(_ p: Int, _ d: Int, _ t: Numbers, _ theta: Self, _ v: Output)
  static func softThreshold(_ n: Int, _ t: Numbers, _ theta: Self, _ v: Output)
  static func simplexRows(_ p: Int, _ d: Int, _ t: Numbers, _ v: Output)

  associatedtype Map
  static func map(
    _ n: Int, _ d: Int, _ p: Int, _ x: Numbers, _ samples: UnsafePointer<UInt64>?,
    _ patterns: UnsafePointer<UInt64>?
  ) -> Map
  static func mapWorkspace(_ map: Map) -> Int
  static func forward(_ map: Map, _ u: Numbers, _ f: Output, _ room: Output)
  static func adjoint(_ map: Map, _ r: Numbers, _ g: Output, _ room: Output)
  static func largest(_ map: Map, _ r: Numbers, _ room: Output) -> Double
  static func walkWorkspace(_ map: Map) -> Int
  static func walkForward(
    _ map: Map, _ walk: zt_walk, _ u: Numbers, _ f: Output, _ room: UnsafeMutablePointer<Double>)
  static func walkAdjoint(
    _ map: Map, _ walk: zt_walk, _ r: Numbers, _ g: Output, _ room: UnsafeMutablePointer<Double>)
}
