#include "napi/lookup.h"

#include <utility>
#include <vector>

#include "napi/errors.h"
#include "napi/js.h"

namespace uvnet::napi {

namespace {

// What `lookup` was called back with, in any of the forms Node takes.
std::vector<LookupAddress> addressesOf(napi_env env, napi_value addresses, napi_value family) {
  std::vector<LookupAddress> found;
  bool isArray = false;
  napi_is_array(env, addresses, &isArray);
  if (!isArray) {
    LookupAddress one;
    if (typeOf(env, addresses) == napi_string) one.address = toString(env, addresses);
    one.family = typeOf(env, family) == napi_number ? toInt(env, family) : 0;
    if (!isNullish(env, addresses)) found.push_back(std::move(one));
    return found;
  }
  std::uint32_t count = 0;
  napi_get_array_length(env, addresses, &count);
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value item;
    napi_get_element(env, addresses, i, &item);
    const auto number = numberOption(env, item, "family");
    found.push_back({stringOption(env, item, "address"), number ? whole<int>(*number) : 0});
  }
  return found;
}

// One question to a JavaScript lookup: the function it answers with.
struct Question {
  Environment& environment;
  LookupCallback answer;

  static napi_value answered(napi_env env, napi_callback_info info) {
    std::size_t count = 3;
    napi_value arguments[3];
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, arguments, nullptr, &data);
    auto* self = static_cast<Question*>(data);
    const Ref<Environment> keep(&self->environment);
    keep->host().calledFromJs();
    try {
      if (isNullish(env, arguments[0])) {
        self->answer(nullptr, addressesOf(env, arguments[1], arguments[2]));
      } else {
        const Error error = fromJs(*keep, arguments[0]);
        self->answer(&error, {});
      }
    } catch (...) {
      keep->throwToJs();
    }
    keep->host().returnToJs();
    return nullptr;
  }
};

}  // namespace

void lookUp(Environment& environment, napi_value function, const std::string& hostname,
            const LookupOptions& asked, LookupCallback answer) {
  napi_env env = environment.env();
  napi_value options;
  napi_create_object(env, &options);
  set(env, options, "family", toJs(env, asked.family));
  set(env, options, "hints", toJs(env, asked.hints));
  if (asked.all) set(env, options, "all", toJs(env, true));
  auto* question = new Question{environment, std::move(answer)};
  napi_value answered;
  napi_create_function(env, "answer", NAPI_AUTO_LENGTH, Question::answered, question, &answered);
  napi_add_finalizer(
      env, answered, question,
      [](napi_env, void* data, void*) { delete static_cast<Question*>(data); }, nullptr, nullptr);
  const napi_value arguments[] = {toJs(env, std::string_view(hostname)), options, answered};
  environment.call(function, arguments);
}

}  // namespace uvnet::napi
