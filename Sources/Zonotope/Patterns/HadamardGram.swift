import CZonotope

extension PatternSet {
  /// Turns rows of X X' into those of the Gram matrix.
  func weigh(
    _ range: Range<Int>, by activation: Activation, rowsAt k: UnsafeMutablePointer<Double>, stride: Int
  ) {
    let (on, off) = (activation.on, activation.off), words = sampleWords
    if off == 0 {
      multiplyByCounts(range, k, stride)
      if on != 1 {
        for i in range { for j in 0...i { k[(i - range.lowerBound) * stride + j] *= on * on } }
      }
      return
    }
    // on^2 and off^2 where both bits agree, on off where they differ, by the counts of ones of either and of both.
    withUnsafeTemporaryAllocation(of: Double.self, capacity: samples) { copy in
      for i in range {
        let row = k + (i - range.lowerBound) * stride
        let ones = bitCount(sampleBits.pointer + i * words, words)
        // Alone the counts of both are exact, and so is what they add up to with whole slopes.
        for j in 0...i {
          copy[j] = row[j]
          row[j] = 1
        }
        multiplyByCounts(i..<i + 1, row, stride)
        for j in 0...i {
          let others = bitCount(sampleBits.pointer + j * words, words)
          let rest = off * (on - off) * Double(ones + others) + off * off * Double(count)
          row[j] = ((on - off) * (on - off) * row[j] + rest) * copy[j]
        }
      }
    }
  }

  /// - Parameter k: the first of the rows. The kernel takes the address where row 0 would be.
  private func multiplyByCounts(_ range: Range<Int>, _ k: UnsafeMutablePointer<Double>, _ stride: Int) {
    zt_hadamard_gram_f64(
      range.lowerBound, range.upperBound, count, sampleBits.pointer, sampleWords,
      k - range.lowerBound * stride, stride)
  }
}

private func bitCount(_ line: UnsafePointer<UInt64>, _ words: Int) -> Int {
  (0..<words).reduce(0) { $0 + line[$1].nonzeroBitCount }
}
