#include "cli/command.h"

int main(int count, char** words) { return portolan::cli::run_program({words, words + count}); }
