/// The library's version; python/pyproject.toml has the same.
package let libraryVersion: StaticString = "0.1.0"
