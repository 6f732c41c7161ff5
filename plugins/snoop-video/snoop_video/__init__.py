"""Films for snoop-flow: decoded by PyAV in a limited child process, cut into shots, with stills to know them by."""
