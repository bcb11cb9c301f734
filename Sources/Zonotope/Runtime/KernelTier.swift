import CZonotope

/// The instruction set of the kernels in use: `reference`, `avx2`, `avx512` or `neon`; nil where the environment
/// variable `ZT_ISA` names one that this processor or this build does not have.
public var kernelTier: String? { zt_kernel_tier().map { String(cString: $0) } }

/// Refuses to compute on an instruction set that was asked for and is not there.
func requireKernelTier() throws(ZonotopeError) {
  guard kernelTier != nil else {
    throw .unsupported(
      key: "ZT_ISA", reason: "this processor or this build does not have that instruction set")
  }
}
