// Without the trait there is nothing here, and neither headers nor library are needed.
#if SuiteSparse
  import CSuiteSparse
  import Testing

  /// The sparse Cholesky factorisation that programs on sparse systems will stand on.
  @Suite struct FactorAndSolve {
    /// The discrete Laplacian of a square grid: 4 on the diagonal, -1 for each neighbour. Upper triangle.
    private static func laplacian(
      side: Int, _ common: inout cholmod_common
    ) throws -> UnsafeMutablePointer<cholmod_sparse> {
      let order = side * side
      let entries = try #require(
        cholmod_allocate_triplet(order, order, 3 * order, 1, Int32(CHOLMOD_REAL), &common))
      defer {
        var entries: UnsafeMutablePointer<cholmod_triplet>? = entries
        cholmod_free_triplet(&entries, &common)
      }
      let rows = entries.pointee.i.assumingMemoryBound(to: Int32.self)
      let columns = entries.pointee.j.assumingMemoryBound(to: Int32.self)
      let values = entries.pointee.x.assumingMemoryBound(to: Double.self)
      func add(_ row: Int, _ column: Int, _ value: Double) {
        let next = entries.pointee.nnz
        rows[next] = Int32(row)
        columns[next] = Int32(column)
        values[next] = value
        entries.pointee.nnz += 1
      }
      for k in 0..<order {
        add(k, k, 4)
        if k % side > 0 { add(k - 1, k, -1) }
        if k >= side { add(k - side, k, -1) }
      }
      return try #require(cholmod_triplet_to_sparse(entries, 0, &common))
    }

    @Test func simplicialFactorSolvesALaplacian() throws {
      var common = cholmod_common()
      #expect(cholmod_start(&common) == 1)
      defer { cholmod_finish(&common) }
      // Simplicial methods are under the LGPL; the supernodal ones are under the GPL.
      common.supernodal = Int32(CHOLMOD_SIMPLICIAL)

      let side = 20, order = side * side
      var matrix: UnsafeMutablePointer<cholmod_sparse>? = try Self.laplacian(side: side, &common)
      defer { cholmod_free_sparse(&matrix, &common) }
      var factor = cholmod_analyze(matrix, &common)
      defer { cholmod_free_factor(&factor, &common) }
      #expect(cholmod_factorize(matrix, factor, &common) == 1)
      #expect(common.status == CHOLMOD_OK)
      #expect(factor?.pointee.is_super == 0)

      var right = cholmod_ones(order, 1, Int32(CHOLMOD_REAL), &common)
      defer { cholmod_free_dense(&right, &common) }
      var solution = cholmod_solve(Int32(CHOLMOD_A), factor, right, &common)
      defer { cholmod_free_dense(&solution, &common) }
      let x = try #require(solution).pointee.x.assumingMemoryBound(to: Double.self)

      // The residual from the stencil itself, apart from the matrix that was factored.
      func value(_ row: Int, _ column: Int) -> Double {
        (0..<side).contains(row) && (0..<side).contains(column) ? x[row * side + column] : 0
      }
      for row in 0..<side {
        for column in 0..<side {
          let neighbours =
            value(row - 1, column) + value(row + 1, column) + value(row, column - 1) + value(row, column + 1)
          #expect(abs(4 * value(row, column) - neighbours - 1) < 1e-10)
        }
      }
    }
  }
#endif
