/** Where what the tests cover is written down, only their own process writes it: each they start would write megabytes. */

// Node has read it by now for this process; what is spawned takes it from here, whatever else it is given.
delete process.env.NODE_V8_COVERAGE;
