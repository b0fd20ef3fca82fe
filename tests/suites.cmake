# Run by cmake -P after a test program was linked: writes for ctest one test a suite of it, each a process of its own
# that leaves what it counted in RESULTS/<folder>.<suite>.xml. tools/test-results adds that up.
# PROGRAM, FOLDER, LABEL, SECONDS (a process may take), ALONE (suites of which one runs at a time), APART (suites of which
# each test is a process of its own), RESULTS, OUTPUT
cmake_minimum_required(VERSION 3.25)
set(tests "")

# Appends a process that runs what `filter` names.
function(add_process name suite filter)
  string(REPLACE "/" "-" name "${FOLDER}.${name}")
  string(APPEND tests
    "add_test(${name} \"${PROGRAM}\" \"--gtest_filter=${filter}\" \"--gtest_output=xml:${RESULTS}/${name}.xml\")\n"
    "set_tests_properties(${name} PROPERTIES LABELS ${LABEL} TIMEOUT ${SECONDS})\n")
  if(suite IN_LIST ALONE)
    string(APPEND tests "set_tests_properties(${name} PROPERTIES RESOURCE_LOCK machine)\n")
  endif()
  set(tests "${tests}" PARENT_SCOPE)
endfunction()

# Lines of suites end with a dot; those of their tests follow, indented.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE list COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n(  )?[A-Za-z0-9_/]+\\.?" lines "\n${list}")
foreach(line ${lines})
  string(REGEX REPLACE "[\n .]" "" word "${line}")
  if(line MATCHES "^\n[^ ].*\\.$")
    set(suite ${word})
    if(NOT suite IN_LIST APART)
      add_process(${suite} ${suite} "${suite}.*")
    endif()
  elseif(line MATCHES "^\n " AND suite IN_LIST APART)
    add_process("${suite}.${word}" ${suite} "${suite}.${word}")
  endif()
endforeach()
file(WRITE ${OUTPUT} "${tests}")
