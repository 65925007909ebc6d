// Before every test program for Node: main's end is the process's end. Emscripten would go on until Node finds nothing
// left to do, and a message between threads that arrives until then is answered on a stderr that NODERAWFS has closed:
// an unhandled EBADF, and exit status 1 after all tests have passed.
Module['onExit'] = (status) => process.exit(status);
