extern "C" int plugin_days(const char* date);

int main() {
  return plugin_days("1970-02-01") == 31 ? 0 : 1;
}
