import Glibc

/// Zeroed memory of a fixed size, aligned to a cache line, freed with its last reference.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Element>
  package let count: Int

  package init(_ count: Int, for purpose: String) throws(QLIFError) {
    self.count = count
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    // Linux hands out more than it has and ends the process later: ask for no more than the machine holds.
    guard !overflow, bytes <= physicalMemory,
      let raw = aligned_alloc(64, max(64, padded(bytes, to: 64)))
    else {
      throw QLIFError(.outOfMemory, "\(purpose): \(count) values are more than this machine's memory holds")
    }
    memset(raw, 0, bytes)
    base = raw.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { free(base) }

  package var values: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  func clear() { memset(base, 0, count * MemoryLayout<Element>.stride) }
}

package typealias Floats = UnsafePointer<Float>
package typealias MutableFloats = UnsafeMutablePointer<Float>

private let physicalMemory = max(1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
