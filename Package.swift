// swift-tools-version: 6.2
import PackageDescription

// The kernels' one source folder is compiled once for each instruction set; the engine picks one
// when it starts. Links to the folder make it several targets.
#if arch(x86_64)
  let kernelVariants = [("KernelsV3", "x86-64-v3"), ("KernelsV4", "x86-64-v4")]
#else
  let kernelVariants: [(name: String, march: String)] = []
#endif

// `make sanitize` and `make fuzz` say which sanitizer they build with. Its own functions are defined by the
// program that loads the library; what the address sanitizer watches tells a fuzzer where it has been, too.
let sanitizer = Context.environment["QLIF_SANITIZE"]
let linkerChecks = sanitizer == nil ? ["-Xlinker", "-z", "-Xlinker", "defs"] : []
let coverage: [SwiftSetting] =
  sanitizer == "address"
  ? [.unsafeFlags(["-sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp"])] : []
// Undefined behaviour in C stops where it happens.
let undefinedBehaviour: [CSetting] =
  sanitizer == nil ? [] : [.unsafeFlags(["-fsanitize=undefined", "-fsanitize-trap=undefined"])]

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
    .target(name: "QLIFFiles", swiftSettings: coverage),
    .systemLibrary(name: "CSIMD"),
    .target(name: "CMachine", cSettings: undefinedBehaviour),
    .target(
      name: "QLIFCore",
      dependencies: ["KernelTypes", "CMachine", "CZlib", "QLIFFiles"]
        + kernelTargets.map { .target(name: $0.name) },
      swiftSettings: coverage),
    .systemLibrary(name: "CQLIF", path: "Include"),
    .target(
      name: "QLIFCABI", dependencies: ["QLIFCore", "QLIFFiles", "CQLIF"], exclude: ["qlif.map"],
      swiftSettings: coverage,
      linkerSettings: [
        // Swift's runtime inside, nothing but qlif_* outside, nothing left undefined.
        .unsafeFlags(
          [
            "-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims",
            "-Xlinker", "--version-script=Sources/QLIFCABI/qlif.map",
          ] + linkerChecks)
      ]),
    .testTarget(
      name: "QLIFCoreTests",
      dependencies: ["QLIFCore", "QLIFFiles", "KernelTypes", "CMachine"]
        + kernelTargets.map { .target(name: $0.name) }),

    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo-ft", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CPNGWriter", dependencies: ["CPNG"], cSettings: undefinedBehaviour),
    .target(name: "QLIFFigures", dependencies: ["CPNGWriter", "CCairo"]),
    .target(name: "QLIFData", dependencies: ["QLIFFiles", "CZlib", "CCrypto"], swiftSettings: coverage),
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
