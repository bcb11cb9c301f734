# find_package(zonotope CONFIG): the targets zonotope::zonotope and zonotope::kernels.
get_filename_component(_zonotope_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
foreach(_target zonotope kernels)
  set(_library zonotope_kernels)
  if(_target STREQUAL "zonotope")
    set(_library zonotope)
  endif()
  if(NOT TARGET zonotope::${_target})
    add_library(zonotope::${_target} SHARED IMPORTED)
    set_target_properties(zonotope::${_target} PROPERTIES
      IMPORTED_LOCATION "${_zonotope_prefix}/lib/lib${_library}.so.0"
      IMPORTED_SONAME "lib${_library}.so.0"
      INTERFACE_INCLUDE_DIRECTORIES "${_zonotope_prefix}/include")
  endif()
endforeach()
unset(_zonotope_prefix)
unset(_library)
set(zonotope_VERSION 0.1.0)
