// The entente program: everything is in cli.cc and the cmd_*.cc beside it.
#include "cli/cli.h"

int main(int argc, char** argv) { return entente::cli::main(argc, argv); }
