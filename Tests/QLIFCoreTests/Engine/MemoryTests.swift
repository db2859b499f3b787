import CMachine
import Foundation
import KernelTypes
import Testing

@testable import QLIFCore

/// What vectors may reach beyond an array is there, and no more is needed than what kernels say.
@Suite struct MemoryTests {
  @Test func everyBufferHasAVectorsRoom() throws {
    typealias Size = @convention(c) (UnsafeRawPointer) -> Int
    let size = unsafeBitCast(try #require(dlsym(nil, "malloc_usable_size")), to: Size.self)
    func room<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) throws -> Int {
      let buffer = try Buffer<Element>(count, for: "test")
      return withExtendedLifetime(buffer) { size(buffer.base) - count * MemoryLayout<Element>.stride }
    }
    for count in 0..<200 {
      #expect(try room(count, of: Float.self) >= 64)
      #expect(try room(count, of: UInt64.self) >= 64)
      #expect(try room(count, of: UInt8.self) >= 64)
    }
  }

  @Test func impossibleSizesAreErrors() {
    for count in [-1, Int.max, Int.max / 4, 1 << 50] {
      #expect(throws: QLIFError.self) { try Buffer<Float>(count, for: "test") }
      #expect(throws: QLIFError.self) { _ = try emptyArray(count, for: "test") as [Float] }
    }
  }

  /// The lists of driven neurons end with the memory, also where their number fills whole words of spikes.
  @Test(arguments: [1, 4, 7, 8, 20], KernelTests.sets.map(\.name))
  func drivenQubitsStayInTheirMemory(_ groups: Int, _ name: String) throws {
    let kernels = try #require(KernelTests.sets.first { $0.name == name }).kernels
    let neuron = QLIFConstants(
      leak: .relaxation, boundsDrive: false, isRefractory: false, threshold: 0.5, driveScale: 1,
      delayRate: 1, surrogate: SurrogateKind.arctan.function(slope: 1))
    let table = try Buffer<Float>(QubitLayer.blockSize, for: "table")
    for field in [QubitLayer.Field.coherence, .population, .purity, .dephasing, .p11, .p00] {
      for lane in 0..<16 { table.base[field.rawValue * 16 + lane] = 1 }
    }
    // Rows of a step are eight words or four: a multiple of a cache line, behind which nothing is left over.
    let steps = 8
    let layer = QubitLayer(
      memory: .reprepare, firing: .threshold, leak: .delay, overRotates: false, idleIsSilent: true, shots: 20,
      table: table.base, tableStride: 0, units: groups * 16, key: 1)
    let drive = try Buffer<Float>(groups * 16, for: "drive")
    for neuron in 0..<groups * 16 { drive.base[neuron] = 1.5 }
    let words = (groups + 3) / 4
    let size = padded(kernels.qubitForwardMemory(steps: steps, groups: groups), to: 64)
    let memory = try GuardedMemory(size)
    var spikes = [UInt16](repeating: 0, count: steps * words * 4)
    let count = kernels.qubitForward(
      neuron, layer, StepRange(count: steps), groups: groups,
      currents: Currents(base: drive.base, stride: 0, offset: 0, count: 1), dropout: nil, spikes: &spikes,
      spikeStride: words * 4, alpha: nil, memory: memory.base)
    withExtendedLifetime(memory) {}
    #expect(count == spikes.reduce(0) { $0 + $1.nonzeroBitCount })
    #expect(count > 0)
  }
}

/// Limits that the control groups set, from folders as the system has them.
@Suite struct ControlGroupTests {
  private func root(_ files: [String: String]) throws -> URL {
    let root = try StorageTests.folder()
    for (path, text) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return root
  }

  @Test(arguments: [
    ("max 100000\n", Int32.max), ("200000 100000\n", 2), ("150000 100000\n", 2), ("1000 100000\n", 1),
    ("nonsense", Int32.max), ("-1 100000", Int32.max),
  ])
  func quotaOfVersion2(_ text: String, _ cores: Int32) throws {
    let root = try root([
      "proc/self/cgroup": "0::/outer/inner\n", "sys/fs/cgroup/outer/inner/cpu.max": text,
      "sys/fs/cgroup/outer/cpu.max": "max 100000\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(machine_core_quota(root.path) == cores)
  }

  @Test func theLeastOfAllGroupsAboveCounts() throws {
    let root = try root([
      "proc/self/cgroup": "0::/outer/inner\n", "sys/fs/cgroup/outer/inner/cpu.max": "400000 100000\n",
      "sys/fs/cgroup/outer/cpu.max": "300000 100000\n",
      "proc/meminfo": "MemTotal: 9000 kB\nMemAvailable: 900 kB\n",
      "sys/fs/cgroup/outer/memory.max": "500000\n", "sys/fs/cgroup/outer/memory.current": "400000\n",
      "sys/fs/cgroup/outer/memory.stat": "anon 100\nfile 300000\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(machine_core_quota(root.path) == 3)
    #expect(machine_available_memory(root.path) == 400_000)
  }

  @Test func quotaOfVersion1() throws {
    let root = try root([
      "proc/self/cgroup": "5:cpuset:/x\n4:cpu,cpuacct:/job\n3:memory:/job\n",
      "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "250000\n",
      "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n", "proc/meminfo": "MemAvailable: 900 kB\n",
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    #expect(machine_core_quota(root.path) == 3)
    #expect(machine_available_memory(root.path) == 900 * 1024)
  }

  @Test func whereThereIsNothingThereIsNoLimit() {
    #expect(machine_core_quota("/nonexistent") == Int32.max)
    #expect(machine_available_memory("/nonexistent") == Int64.max)
  }
}
