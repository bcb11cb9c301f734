/// The indices of numbers in ascending order; equal ones keep theirs.
///
/// Many are sorted by their bits, eleven at a time from the lowest, in a time that grows with their number (least
/// significant digit first; Knuth, The Art of Computer Programming 3, 5.2.5).
///
/// - Parameter count: below 2^31.
func ascendingOrder(_ values: UnsafePointer<Double>, count: Int) throws(ZonotopeError) -> Buffer<Int32> {
  let order = try Buffer<Int32>(count)
  if count < 4096 {
    for (k, index) in (0..<Int32(count)).sorted(by: { (values[Int($0)], $0) < (values[Int($1)], $1) })
      .enumerated()
    { order[k] = index }
    return order
  }
  let digits = 6, bits: UInt64 = 11, mask = (1 << Int(bits)) - 1
  var from = try Buffer<SortedNumber>(count), to = try Buffer<SortedNumber>(count)
  let starts = try Buffer<Int32>(digits << Int(bits))
  for k in 0..<count {
    // Both zeros are the same number.
    let pattern = (values[k] + 0).bitPattern
    // Ascending as the numbers are: all bits of negative ones turned, and the sign of the others.
    let key = pattern >> 63 == 1 ? ~pattern : pattern | 1 << 63
    from.pointer[k] = SortedNumber(key: key, index: Int32(truncatingIfNeeded: k))
    for digit in 0..<digits {
      let value = Int(truncatingIfNeeded: key &>> (UInt64(digit) &* bits)) & mask
      starts.pointer[digit << Int(bits) | value] &+= 1
    }
  }
  for digit in 0..<digits {
    let starts = starts.pointer + (digit << Int(bits))
    var start: Int32 = 0, isConstant = false
    for value in 0...mask {
      let size = starts[value]
      isConstant = isConstant || size == Int32(truncatingIfNeeded: count)
      starts[value] = start
      start &+= size
    }
    if isConstant { continue }
    let (source, target) = (from.pointer, to.pointer), shift = UInt64(digit) &* bits
    for k in 0..<count {
      let number = source[k], value = Int(truncatingIfNeeded: number.key &>> shift) & mask
      target[Int(starts[value])] = number
      starts[value] &+= 1
    }
    swap(&from, &to)
  }
  for k in 0..<count { order.pointer[k] = from.pointer[k].index }
  return order
}

private struct SortedNumber: BitwiseCopyable {
  var key: UInt64
  var index: Int32
}
