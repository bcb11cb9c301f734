// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that who depends on Zonotope does not download what only benchmarks need.
let swiftSettings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "zonotope-cases", targets: ["Cases"]),
    .executable(name: "zonotope-tokens", targets: ["Tokens"]),
  ],
  dependencies: [
    // The name, because the folder of a clone may be called anything.
    .package(name: "Zonotope", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .systemLibrary(
      name: "CBenchmarkBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CPeak"),
    .target(name: "CPlain", cSettings: [.unsafeFlags(["-O3", "-march=native"])]),
    // Kernels beside yardsticks: both programs measure these.
    .target(
      name: "Comparisons",
      dependencies: [
        "CBenchmarkBLAS", "CPeak", .product(name: "Zonotope", package: "Zonotope"),
        .product(name: "ZonotopeKernels", package: "Zonotope"),
      ],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "Cases",
      dependencies: [
        "CBenchmarkBLAS", "CPeak", "CPlain", "Comparisons", .product(name: "Zonotope", package: "Zonotope"),
        .product(name: "ZonotopeKernels", package: "Zonotope"),
      ],
      swiftSettings: swiftSettings),
    // Layers on tokens: accuracy and seconds on digits, teachers and students, steps.
    .executableTarget(
      name: "Tokens",
      dependencies: ["CBenchmarkBLAS", .product(name: "Zonotope", package: "Zonotope")],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "KernelBenchmarks",
      dependencies: ["Comparisons", .product(name: "Benchmark", package: "benchmark")],
      path: "Benchmarks/Kernels",
      swiftSettings: swiftSettings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  cLanguageStandard: .c17
)
