// What starts another Node starts it by the script that this one was started by.
process.execPath = process.env.SFT_TEST_NODE;
