# install(): headers, the library, uvnetConfig.cmake (find_package) and uvnet.pc (pkg-config).

include(CMakePackageConfigHelpers)

set(uvnet_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/uvnet)

install(
  TARGETS uvnet
  EXPORT uvnetTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(
  DIRECTORY lib/uvnet
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING
  PATTERN "*.h")
install(
  EXPORT uvnetTargets
  NAMESPACE uvnet::
  DESTINATION ${uvnet_config_dir})

configure_package_config_file(tools/cmake/uvnetConfig.cmake.in uvnetConfig.cmake
                              INSTALL_DESTINATION ${uvnet_config_dir})
# SameMinorVersion goes with the SOVERSION: before 1.0 a minor version may break both API and ABI.
write_basic_package_version_file(uvnetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/uvnetConfig.cmake ${PROJECT_BINARY_DIR}/uvnetConfigVersion.cmake
              tools/cmake/UvnetLibuv.cmake DESTINATION ${uvnet_config_dir})

# pkg-config. A prefix relative to the .pc file keeps `cmake --install --prefix` and moved trees right;
# GNUInstallDirs lets a distributor give absolute folders, which then stand as they are.
set(uvnet_pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(uvnet_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH uvnet_pc_up "/prefix/${uvnet_pc_dir}" "/prefix")
  string(REGEX REPLACE "/$" "" uvnet_pc_up "${uvnet_pc_up}")
  set(uvnet_pc_prefix "\${pcfiledir}/${uvnet_pc_up}")
endif()
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_LIBDIR BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE
           uvnet_pc_libdir)
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_INCLUDEDIR BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE
           uvnet_pc_includedir)
if(UVNET_SHARED)
  # No Requires.private: pkg-config would then demand libuv.pc and fmt.pc of every user, who needs
  # neither, since libuvnet.so names what it needs itself and no public header includes them.
  set(uvnet_pc_cflags " -DUVNET_SHARED")
  set(uvnet_pc_requires "")
else()
  # Not Requires.private: only the archive is installed, so every link is a static one and must work
  # without --static too.
  set(uvnet_pc_cflags "")
  set(uvnet_pc_requires "libuv >= 1.44, fmt >= 9.1")
endif()
configure_file(tools/cmake/uvnet.pc.in uvnet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/uvnet.pc DESTINATION ${uvnet_pc_dir})

# The optional part, in the component of its name.
if(TARGET uvnet_tls)
  install(
    TARGETS uvnet_tls
    EXPORT uvnetTlsTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tls
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT tls
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT tls)
  install(
    EXPORT uvnetTlsTargets
    NAMESPACE uvnet::
    DESTINATION ${uvnet_config_dir}
    COMPONENT tls)
  if(UVNET_SHARED)
    set(uvnet_tls_pc_requires "")
  else()
    set(uvnet_tls_pc_requires ", openssl >= 3.0")
  endif()
  configure_file(tools/cmake/uvnet-tls.pc.in uvnet-tls.pc @ONLY)
  install(
    FILES ${PROJECT_BINARY_DIR}/uvnet-tls.pc
    DESTINATION ${uvnet_pc_dir}
    COMPONENT tls)
endif()
