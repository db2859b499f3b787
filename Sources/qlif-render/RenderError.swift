/// A request that cannot be fulfilled; the description is one line.
struct RenderError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
