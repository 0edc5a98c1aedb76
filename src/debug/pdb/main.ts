// The pdb adapter as a program of its own, for any client of the Debug Adapter Protocol.
process.exitCode = 2;
process.stderr.write('The pdb adapter is not built in yet.\n');
