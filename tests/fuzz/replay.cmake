# Every tests/fuzz/fuzz_NAME.c is built here without a fuzzer, and ctest runs it as fuzz.NAME over corpus/NAME.
# SPDX-License-Identifier: Apache-2.0
file(GLOB FUZZ_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/fuzz_*.c)
foreach(SOURCE ${FUZZ_SOURCES})
  get_filename_component(NAME ${SOURCE} NAME_WE)
  string(REGEX REPLACE "^fuzz_" "" NAME ${NAME})
  add_executable(replay_${NAME} ${SOURCE} ${CMAKE_CURRENT_LIST_DIR}/replay.c)
  target_include_directories(replay_${NAME} PRIVATE ${CMAKE_CURRENT_LIST_DIR})
  target_link_libraries(replay_${NAME} PRIVATE mote_lib m)
  set_target_properties(replay_${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME fuzz.${NAME} COMMAND replay_${NAME} tests/fuzz/corpus/${NAME} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(fuzz.${NAME} PROPERTIES TIMEOUT 300)
endforeach()
