// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CZonotope
import Zonotope

// What a model says about itself: NaN and 0 where it is empty.

private func card(_ pointer: OpaquePointer?) -> ModelCard? { model(pointer)?.model?.card }
private func network(_ pointer: OpaquePointer?) -> TwoLayerNetwork? { model(pointer)?.model?.network }

@c @implementation
public func zt_model_outcome(_ pointer: OpaquePointer?) -> zt_outcome {
  switch card(pointer)?.proof.status {
  case nil: .empty
  case .optimal: .optimal
  case .stalled: .stalled
  case .iterationLimit: .iterationLimit
  case .timeLimit: .timeLimit
  case .cancelled: .cancelled
  case .numericalBreakdown: .numericalBreakdown
  case .infeasible: .infeasible
  }
}

@c @implementation
public func zt_model_objective(_ pointer: OpaquePointer?) -> Double {
  card(pointer)?.proof.certificate.objective ?? .nan
}

@c @implementation
public func zt_model_dual(_ pointer: OpaquePointer?) -> Double {
  card(pointer)?.proof.certificate.lowerBound ?? .nan
}

@c @implementation
public func zt_model_gap(_ pointer: OpaquePointer?) -> Double {
  card(pointer)?.proof.certificate.gap ?? .nan
}

@c @implementation
public func zt_model_relative_gap(_ pointer: OpaquePointer?) -> Double {
  card(pointer)?.proof.certificate.relativeGap ?? .nan
}

@c @implementation
public func zt_model_scope(_ pointer: OpaquePointer?) -> zt_scope {
  switch card(pointer)?.proof.certificate.scope {
  case nil: .none
  case .givenPatterns: .givenPatterns
  case .allNeurons: .allNeurons
  }
}

@c @implementation
public func zt_model_beta(_ pointer: OpaquePointer?) -> Double { card(pointer)?.beta ?? .nan }

@c @implementation
public func zt_model_beta_max(_ pointer: OpaquePointer?) -> Double { card(pointer)?.betaMax ?? .nan }

@c @implementation
public func zt_model_iterations(_ pointer: OpaquePointer?) -> Int { card(pointer)?.solver.iterations ?? 0 }

@c @implementation
public func zt_model_patterns(_ pointer: OpaquePointer?) -> Int { card(pointer)?.patterns.count ?? 0 }

@c @implementation
public func zt_model_features(_ pointer: OpaquePointer?) -> Int { network(pointer)?.features ?? 0 }

@c @implementation
public func zt_model_width(_ pointer: OpaquePointer?) -> Int { network(pointer)?.width ?? 0 }

@c @implementation
public func zt_model_outputs(_ pointer: OpaquePointer?) -> Int { network(pointer)?.outputs ?? 0 }

@c @implementation
public func zt_model_hidden_width(_ pointer: OpaquePointer?) -> Int { network(pointer)?.hiddenWidth ?? 0 }

@c @implementation
public func zt_model_output_weights(_ pointer: OpaquePointer?) -> Int { network(pointer)?.outputWeights ?? 0 }

@c @implementation
public func zt_model_has_skip(_ pointer: OpaquePointer?) -> Int32 {
  network(pointer).map { $0.skip.isEmpty ? 0 : 1 } ?? 0
}

@c @implementation
public func zt_model_neurons(_ pointer: OpaquePointer?) -> Int { network(pointer)?.neurons.count ?? 0 }
