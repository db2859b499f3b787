import CMachine
import Glibc
import Synchronization

/// Zeroed memory of a fixed size, aligned to a cache line, freed with its last reference.
///
/// The rule of vectors: kernels work on whole vectors, so they may read and write up to one vector, 16 floats or
/// eight words of spikes, beyond the last value of any array that they are given. Every buffer has that room, whatever
/// it holds; memory of a caller of the engine has not, and no kernel is given it but where its contract says so.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Element>
  package let count: Int

  package init(_ count: Int, for purpose: String) throws(QLIFError) {
    self.count = count
    guard let raw = allocate(count, of: Element.self, spill: vector) else {
      throw QLIFError(.outOfMemory, "\(purpose): \(count) values are more than memory holds")
    }
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

/// An empty array with room for `count` elements, for what no buffer can hold.
/// - Throws: where memory is short; Swift's arrays end the process then.
package func emptyArray<Element>(_ count: Int, for purpose: String) throws(QLIFError) -> [Element] {
  guard let room = allocate(count, of: Element.self, spill: 0) else {
    throw QLIFError(.outOfMemory, "\(purpose): \(count) entries are more than memory holds")
  }
  free(room)
  var array: [Element] = []
  array.reserveCapacity(count)
  return array
}

/// Bytes of a vector.
private let vector = 64

/// What is handed out, in any number of pieces, before the next look at what the machine has left.
private let unchecked = 32 << 20
private let sinceCheck = Atomic<Int>(0)

/// Whether the machine has so much memory, and some for what is not asked for here.
private func isAvailable(_ bytes: Int) -> Bool {
  // Linux hands out more than it has and ends some process later: ask for no more than there is.
  let sum = sinceCheck.wrappingAdd(min(bytes, unchecked), ordering: .relaxed).newValue
  guard sum >= unchecked else { return true }
  guard bytes <= machine_available_memory("") - Int64(2 * unchecked) else { return false }
  sinceCheck.store(0, ordering: .relaxed)
  return true
}

/// Zeroed memory that `free` takes back; nil where there is none.
private func allocate<Element>(_ count: Int, of type: Element.Type, spill: Int) -> UnsafeMutableRawPointer? {
  let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  guard count >= 0, !overflow, size < Int.max / 2 else { return nil }
  let bytes = max(64, padded(size + spill, to: 64))
  guard isAvailable(bytes), let memory = aligned_alloc(64, bytes) else { return nil }
  memset(memory, 0, bytes)
  return memory
}
