// BlockList and SocketAddress for JavaScript. A SocketAddress is a value there too: what crosses is
// {address, family, port, flowlabel}.
#include "napi/addresses.h"

#include <uvnet/address.h>

#include <string>
#include <vector>

#include "napi/call.h"

namespace uvnet::napi {

namespace {

napi_value toJs(napi_env env, const SocketAddress& address) {
  napi_value fields;
  napi_create_object(env, &fields);
  set(env, fields, "address", napi::toJs(env, std::string_view(address.address())));
  set(env, fields, "port", napi::toJs(env, address.port()));
  set(env, fields, "family", napi::toJs(env, address.family()));
  set(env, fields, "flowlabel", napi::toJs(env, address.flowlabel()));
  return fields;
}

// {address, family, port, flowlabel}, each checked to be of its type
napi_value socketAddress(Call& call) {
  napi_env env = call.env();
  SocketAddressOptions options;
  if (const auto address = option(env, call[0], "address")) {
    options.address = toString(env, *address);
  }
  if (const auto family = option(env, call[0], "family")) options.family = toString(env, *family);
  options.port = whole<int>(numberOption(env, call[0], "port").value_or(0));
  options.flowlabel = whole<std::int64_t>(numberOption(env, call[0], "flowlabel").value_or(0));
  return toJs(env, SocketAddress(options));
}

napi_value parseSocketAddress(Call& call) {
  const auto parsed = SocketAddress::parse(toString(call.env(), call[0]));
  return parsed ? toJs(call.env(), *parsed) : undefined(call.env());
}

BlockList& self(Call& call) {
  BlockList* list = blockListOf(call.env(), call.self());
  if (list == nullptr) throw illegalInvocation();
  return *list;
}
std::string text(Call& call, std::size_t index) { return toString(call.env(), call[index]); }

napi_value init(Call& call) {
  checkUntied(call.env(), call.self());
  auto* list = new BlockList(BlockListOptions{.strict = boolOption(call.env(), call[0], "strict")});
  napi_wrap(
      call.env(), call.self(), list,
      [](napi_env, void* data, void*) { delete static_cast<BlockList*>(data); }, nullptr, nullptr);
  napi_type_tag_object(call.env(), call.self(), &kTypeTag<BlockList>);
  return nullptr;
}
napi_value addAddress(Call& call) {
  return self(call).addAddress(text(call, 0), text(call, 1)), nullptr;
}
napi_value addRange(Call& call) {
  return self(call).addRange(text(call, 0), text(call, 1), text(call, 2)), nullptr;
}
napi_value addSubnet(Call& call) {
  return self(call).addSubnet(text(call, 0), toInt(call.env(), call[1]), text(call, 2)), nullptr;
}
napi_value addCIDR(Call& call) { return self(call).addCIDR(text(call, 0)), nullptr; }
napi_value removeAddress(Call& call) {
  return self(call).removeAddress(text(call, 0), text(call, 1)), nullptr;
}
napi_value removeRange(Call& call) {
  return self(call).removeRange(text(call, 0), text(call, 1), text(call, 2)), nullptr;
}
napi_value removeSubnet(Call& call) {
  return self(call).removeSubnet(text(call, 0), toInt(call.env(), call[1]), text(call, 2)), nullptr;
}
napi_value removeCIDR(Call& call) { return self(call).removeCIDR(text(call, 0)), nullptr; }
napi_value clear(Call& call) { return self(call).clear(), nullptr; }
napi_value check(Call& call) {
  return napi::toJs(call.env(), self(call).check(text(call, 0), text(call, 1)));
}
napi_value size(Call& call) {
  return napi::toJs(call.env(), static_cast<double>(self(call).size()));
}
napi_value rules(Call& call) {
  napi_env env = call.env();
  napi_value list;
  napi_create_array(env, &list);
  std::uint32_t index = 0;
  for (const std::string& rule : self(call).rules()) {
    napi_set_element(env, list, index++, napi::toJs(env, std::string_view(rule)));
  }
  return list;
}
// An array of strings
napi_value fromJSON(Call& call) {
  napi_env env = call.env();
  std::uint32_t count = 0;
  napi_get_array_length(env, call[0], &count);
  std::vector<std::string> rules;
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value rule;
    napi_get_element(env, call[0], i, &rule);
    rules.push_back(toString(env, rule));
  }
  self(call).fromJSON(rules);
  return nullptr;
}

}  // namespace

BlockList* blockListOf(napi_env env, napi_value value) {
  return static_cast<BlockList*>(tiedTo<BlockList>(env, value));
}

void defineAddresses(napi_env env, napi_value exports) {
  napi_value ranges;
  napi_create_array(env, &ranges);
  std::uint32_t index = 0;
  for (const std::string_view one : BlockList::PRIVATE_RANGES) {
    napi_set_element(env, ranges, index++, napi::toJs(env, one));
  }
  set(env, exports, "PRIVATE_RANGES", ranges);
  define<socketAddress>(env, exports, "socketAddress");
  define<parseSocketAddress>(env, exports, "parseSocketAddress");
  napi_value list;
  napi_create_object(env, &list);
  define<init>(env, list, "init");
  define<addAddress>(env, list, "addAddress");
  define<addRange>(env, list, "addRange");
  define<addSubnet>(env, list, "addSubnet");
  define<addCIDR>(env, list, "addCIDR");
  define<removeAddress>(env, list, "removeAddress");
  define<removeRange>(env, list, "removeRange");
  define<removeSubnet>(env, list, "removeSubnet");
  define<removeCIDR>(env, list, "removeCIDR");
  define<clear>(env, list, "clear");
  define<check>(env, list, "check");
  define<size>(env, list, "size");
  define<rules>(env, list, "rules");
  define<fromJSON>(env, list, "fromJSON");
  set(env, exports, "blockList", list);
}

}  // namespace uvnet::napi
