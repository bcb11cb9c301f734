@testable import Zonotope

extension Buffer {
  /// The elements, for comparisons; `list()` is for what grows with the data.
  var array: [Element] { Array(elements) }
}
