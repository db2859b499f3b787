// swift-tools-version: 6.2
import PackageDescription

// The kernels' one source folder is compiled once for each instruction set; the engine picks one
// when it starts. Links to the folder make it several targets.
#if arch(x86_64)
  let kernelVariants = [("KernelsV3", "x86-64-v3"), ("KernelsV4", "x86-64-v4")]
#else
  let kernelVariants: [(name: String, march: String)] = []
#endif

let kernelTargets: [Target] =
  [
    .target(
      name: "Kernels", dependencies: ["KernelTypes", "CSIMD"],
      swiftSettings: [.unsafeFlags(["-Ounchecked"])])
  ]
  + kernelVariants.map { name, march in
    .target(
      name: name, dependencies: ["KernelTypes", "CSIMD"],
      swiftSettings: [.unsafeFlags(["-Ounchecked", "-Xcc", "-march=\(march)"])])
  }

let package = Package(
  name: "qlif",
  products: [
    .library(name: "qlif", type: .dynamic, targets: ["QLIFCABI"]),
    .executable(name: "qlif-render", targets: ["qlif-render"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: kernelTargets + [
    .target(name: "KernelTypes"),
    .target(name: "QLIFFiles"),
    .systemLibrary(name: "CSIMD"),
    .target(name: "CMachine"),
    .target(
      name: "QLIFCore",
      dependencies: ["KernelTypes", "CMachine", "CZlib", "QLIFFiles"]
        + kernelTargets.map { .target(name: $0.name) }),
    .systemLibrary(name: "CQLIF", path: "Include"),
    .target(
      name: "QLIFCABI", dependencies: ["QLIFCore", "QLIFFiles", "CQLIF"], exclude: ["qlif.map"],
      linkerSettings: [
        // Swift's runtime inside, nothing but qlif_* outside, nothing left undefined.
        .unsafeFlags([
          "-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-Xlinker", "-z", "-Xlinker",
          "defs",
          "-Xlinker", "--version-script=Sources/QLIFCABI/qlif.map",
        ])
      ]),
    .testTarget(
      name: "QLIFCoreTests",
      dependencies: ["QLIFCore", "QLIFFiles", "KernelTypes", "CMachine"] + kernelTargets.map { .target(name: $0.name) }),

    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo-ft", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CPNGWriter", dependencies: ["CPNG"]),
    .target(name: "QLIFFigures", dependencies: ["CPNGWriter", "CCairo"]),
    .target(name: "QLIFData", dependencies: ["QLIFFiles", "CZlib", "CCrypto"]),
    .executableTarget(
      name: "qlif-render",
      dependencies: [
        "QLIFFigures", "QLIFData", "QLIFCore", "QLIFFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      linkerSettings: [
        // Swift's runtime inside, so that a wheel's program runs where there is no Swift.
        .unsafeFlags(["-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims"])
      ]),
    .testTarget(name: "QLIFFiguresTests", dependencies: ["QLIFFigures", "CPNG"]),
    .testTarget(name: "QLIFDataTests", dependencies: ["QLIFData", "QLIFFiles", "CZlib"]),
    .testTarget(name: "QLIFFilesTests", dependencies: ["QLIFFiles"]),
  ]
)
