// swift-tools-version: 6.3
import PackageDescription

let swiftSettings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
  name: "Zonotope",
  products: [
    .library(name: "Zonotope", targets: ["Zonotope"]),
    .executable(name: "zonotope", targets: ["ZonotopeCLI"]),
    // The C library as SwiftPM builds it: `make libraries` links its objects again for installation.
    .library(name: "ZonotopeC", type: .dynamic, targets: ["ZonotopeExports"]),
    // The kernels alone, for who has matrices of their own and wants no Swift types.
    .library(name: "ZonotopeKernels", targets: ["CZonotope", "CKernels"]),
  ],
  traits: [
    .trait(
      name: "SuiteSparse",
      description: """
        Links CHOLMOD for sparse factorisations. Off by default: its supernodal module is under the GPL, \
        which then governs the program that links it.
        """)
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // MARK: - The C contract and its kernels
    .target(name: "CZonotope", path: "include", publicHeadersPath: "."),
    .target(
      name: "CKernels", dependencies: ["CZonotope"], path: "CKernels", publicHeadersPath: "."),

    // MARK: - System libraries
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas lapacke",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CSuiteSparse", providers: [.apt(["libsuitesparse-dev"])]),

    // MARK: - The library and the command
    .target(
      name: "Zonotope", dependencies: ["CZonotope", "CKernels", "COpenBLAS"],
      swiftSettings: swiftSettings),
    .target(
      name: "ZonotopeExports", dependencies: ["CZonotope", "CKernels", "Zonotope"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "ZonotopeCLI",
      dependencies: [
        "Zonotope", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),

    // MARK: - Tests
    .target(
      name: "CKernelTiers", dependencies: ["CZonotope", "CKernels"], path: "Tests/KernelTiers",
      publicHeadersPath: ".", cSettings: [.headerSearchPath("../../CKernels")]),
    .testTarget(
      name: "KernelTests", dependencies: ["CZonotope", "CKernels", "CKernelTiers"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ZonotopeTests", dependencies: ["Zonotope", "CKernelTiers"], swiftSettings: swiftSettings),
    // Compiles the program of README.md against the modules and objects that the test run has built.
    .testTarget(name: "ReadmeTests", dependencies: ["Zonotope"], swiftSettings: swiftSettings),
    .testTarget(
      name: "CommandTests", dependencies: ["Zonotope", "ZonotopeCLI"],
      resources: [], swiftSettings: swiftSettings),
    .testTarget(
      name: "SuiteSparseTests",
      dependencies: [.target(name: "CSuiteSparse", condition: .when(traits: ["SuiteSparse"]))],
      swiftSettings: swiftSettings),
  ],
  cLanguageStandard: .c17
)
