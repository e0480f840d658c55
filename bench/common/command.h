// The command line of a server: MODE WHERE [BACKEND] [--api WORD].
#pragma once

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>

#include "where.h"

namespace bench {

struct Command {
  std::string_view mode;
  Where where;
  Where backend;  // of `proxy`
  std::string_view api = "data";

  bool is(std::string_view word) const { return mode == word; }
};

// Ends the program with what is wrong. `apis` are the words --api knows here.
inline Command parseCommand(int argc, char** argv, std::initializer_list<std::string_view> apis) {
  Command command;
  int plain = 0;
  bool good = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--api" && i + 1 < argc) {
      command.api = argv[++i];
      bool known = false;
      for (const std::string_view api : apis) known = known || api == command.api;
      good = good && known;
    } else if (plain == 0) {
      command.mode = word;
      ++plain;
    } else if (plain == 1) {
      command.where = parseWhere(word);
      ++plain;
    } else if (plain == 2 && command.is("proxy")) {
      command.backend = parseWhere(word);
      ++plain;
    } else {
      good = false;
    }
  }
  bool known = false;
  for (const std::string_view mode : {"echo", "sink", "source", "churn", "proxy", "pieces"}) {
    known = known || command.is(mode);
  }
  if (good && known && plain == (command.is("proxy") ? 3 : 2)) return command;
  std::fprintf(stderr, "usage: %s echo|sink|source|churn|pieces WHERE [--api", argv[0]);
  const char* bar = " ";
  for (const std::string_view api : apis) {
    std::fprintf(stderr, "%s%.*s", bar, static_cast<int>(api.size()), api.data());
    bar = "|";
  }
  std::fprintf(stderr, "]\n       %s proxy WHERE BACKEND\nWHERE is PORT or unix:PATH\n", argv[0]);
  std::exit(2);
}

}  // namespace bench
