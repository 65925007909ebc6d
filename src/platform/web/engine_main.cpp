// engine_main.cpp -- the engine in the page, until its door moves in: proof that both binaries build and start.
int main() { return 0; }
