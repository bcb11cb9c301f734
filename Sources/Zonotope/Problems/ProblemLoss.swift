/// The `loss` of a problem, as far as it is known without the data.
struct ProblemLoss {
  private let kind: String
  private let scale: Double
  private let classes: Int?
  private let delta: Double
  /// More would be a mistake.
  private static let classLimit = 1 << 20

  init(_ reader: inout JSONObjectReader) throws(ZonotopeError) {
    guard var loss = try reader.object("loss") else { throw .invalid(place: "loss", reason: "is missing") }
    guard let kind = try loss.text("kind") else {
      try loss.expect(["scale", "classes", "delta"])
      throw .invalid(place: "loss.kind", reason: "is missing")
    }
    let known = ["squared", "logistic", "hinge", "softmax", "absolute", "huber", "interpolation"]
    guard known.contains(kind) else {
      throw .unsupported(
        key: "loss.kind",
        reason: "\"\(kind)\" is not supported by this version (\(known.joined(separator: ", ")))")
    }
    self.kind = kind
    scale = kind == "interpolation" ? 1 : try loss.number("scale") ?? 1
    guard scale > 0 else { throw .invalid(place: "loss.scale", reason: "\(scale) is not above 0") }
    classes = kind == "softmax" ? try loss.count("classes") : nil
    if kind == "huber" {
      guard let delta = try loss.number("delta") else {
        throw .invalid(place: "loss.delta", reason: "is missing")
      }
      guard delta > 0 else { throw .invalid(place: "loss.delta", reason: "\(delta) is not above 0") }
      self.delta = delta
    } else {
      delta = 1
    }
    try loss.finish()
  }

  /// Whether the two classes of a text column are to be -1 and +1.
  var hasSignedLabels: Bool { kind == "logistic" || kind == "hinge" }

  /// - Parameter y: the targets, of which labels may tell the number of classes.
  func loss(for y: MatrixView) throws(ZonotopeError) -> Problem.LossTerm {
    switch kind {
    case "logistic": return .logistic(LogisticLoss(scale: scale))
    case "hinge": return .hinge(HingeLoss(scale: scale))
    case "absolute": return .absolute(AbsoluteLoss(scale: scale))
    case "interpolation": return .interpolation(InterpolationLoss())
    case "huber": return .huber(HuberLoss(delta: delta, scale: scale))
    case "softmax":
      let largest = (0..<y.rows).reduce(0) { max($0, y[$1, 0]) }
      if let classes, classes > Self.classLimit {
        throw .invalid(place: "loss.classes", reason: "\(classes) are more than \(Self.classLimit)")
      }
      guard
        let classes = classes ?? (y.columns > 1 ? y.columns : Int(exactly: largest.rounded()).map { $0 + 1 }),
        classes <= Self.classLimit
      else { throw .invalid(place: "data.y", reason: "\(largest) is not a label") }
      return .softmax(SoftmaxLoss(classes: classes, scale: scale))
    default: return .squared(SquaredLoss(scale: scale))
    }
  }
}
