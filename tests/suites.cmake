# Run by cmake -P after a test program was linked: writes for ctest one test a suite of it, each a process of its own
# that leaves what it counted in RESULTS/<folder>.<suite>.xml. tools/test-results adds that up.
# PROGRAM, FOLDER, LABEL, SECONDS (a suite may take), ALONE (suites of which one runs at a time), RESULTS, OUTPUT
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE list COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n[A-Za-z0-9_/]+\\." suites "\n${list}")
set(tests "")
foreach(suite ${suites})
  string(REGEX REPLACE "[\n.]" "" suite ${suite})
  string(REPLACE "/" "-" name "${FOLDER}.${suite}")
  string(APPEND tests
    "add_test(${name} \"${PROGRAM}\" \"--gtest_filter=${suite}.*\" \"--gtest_output=xml:${RESULTS}/${name}.xml\")\n"
    "set_tests_properties(${name} PROPERTIES LABELS ${LABEL} TIMEOUT ${SECONDS})\n")
  if(suite IN_LIST ALONE)
    string(APPEND tests "set_tests_properties(${name} PROPERTIES RESOURCE_LOCK machine)\n")
  endif()
endforeach()
file(WRITE ${OUTPUT} "${tests}")
