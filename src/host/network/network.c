// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/network.h"

#include <errno.h>
#include <string.h>

#include "host/network/login.h"
#include "host/network/remote.h"

static void network_done(struct network *network) {
	interfaces_free(&network->interfaces);
	routes_free(&network->routes);
}

static bool is_card(const struct interface *interface) {
	return interface->up && interface->device_count > 0;
}

/* Whatever is up: a tunnel that needs no gateway (PPPoE) may stand on any of them. */
static int hold_all(const struct network *network, const struct holder *like) {
	int r = 0;

	for (size_t i = 0; i < network->interfaces.count && r == 0; i++) {
		const struct interface *interface = &network->interfaces.interfaces[i];

		if (is_card(interface)) {
			r = interfaces_hold(
				&network->interfaces, interface->name, like, network->holders);
		}
	}
	return r;
}

static int hold_below_tunnel(const struct network *network, const struct holder *like) {
	bool found = false;
	int r = 0;

	for (size_t i = 0; i < network->routes.count && r == 0; i++) {
		const struct route *route = &network->routes.routes[i];
		const struct interface *interface =
			interfaces_find(&network->interfaces, route->interface);

		if (route->gateway && interface && !interface_is_tunnel(interface)) {
			found = true;
			r = interfaces_hold(
				&network->interfaces, route->interface, like, network->holders);
		}
	}
	return r < 0 || found ? r : hold_all(network, like);
}

int network_hold(const struct network *network, const char *interface, const struct holder *like) {
	const struct interface *found = interfaces_find(&network->interfaces, interface);

	if (found && interface_is_tunnel(found)) {
		return hold_below_tunnel(network, like);
	}
	return interfaces_hold(&network->interfaces, interface, like, network->holders);
}

int network_hold_way(
	const struct network *network, const struct inet *address, const struct holder *like) {
	const struct route *route =
		inet_is_local(address) ? NULL : routes_find(&network->routes, address);

	return route ? network_hold(network, route->interface, like) : 0;
}

static int add_default_routes(const struct network *network) {
	int r = 0;

	for (size_t i = 0; i < network->routes.count && r == 0; i++) {
		const struct route *route = &network->routes.routes[i];
		struct holder holder = {.kind = HOLDER_ROUTE};

		if (route->length == 0) {
			label_set(holder.name, route->interface);
			r = network_hold(network, route->interface, &holder);
		}
	}
	return r;
}

static int add_end(
	const struct network *network, const struct interface *end, const struct interface *way) {
	struct holder holder = {.kind = HOLDER_GUEST};

	label_set(holder.name, end->name);
	return network_hold(network, way->name, &holder);
}

/*
 * A bridge's other members; a macvtap stands on the card itself. Open vSwitch shows the members of
 * all its bridges as those of one.
 */
static int add_guests(const struct network *network, const struct interface *interface) {
	int r = interface->is_end && interface->lowers.count > 0
			? add_end(network, interface, interface)
			: 0;

	for (size_t i = 0; i < interface->lowers.count && r == 0; i++) {
		const struct interface *member =
			interfaces_find(&network->interfaces, interface->lowers.names[i]);

		if (member && member->is_end) {
			r = add_end(network, member, interface);
		}
	}
	return r;
}

static int add_interface(const struct network *network, const struct interface *interface) {
	struct holder holder = {.kind = HOLDER_INTERFACE};

	if (!is_card(interface)) {
		return 0;
	}
	label_set(holder.name, interface->name);
	return network_hold(network, interface->name, &holder);
}

static int add_all(const struct network *network) {
	int r = add_default_routes(network);

	for (size_t i = 0; i < network->interfaces.count && r == 0; i++) {
		const struct interface *interface = &network->interfaces.interfaces[i];

		r = add_guests(network, interface);
		r = r < 0 ? r : add_interface(network, interface);
	}
	r = r < 0 ? r : remotes_read(network);
	return r < 0 ? r : logins_read(network);
}

/* Of the host's, which may be asked for a few devices alone. */
static bool has_card(const struct host *host, const struct interfaces *interfaces) {
	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface *interface = &interfaces->interfaces[i];

		for (size_t k = 0; k < interface->device_count; k++) {
			if (host_device(host, interface->devices[k])) {
				return true;
			}
		}
	}
	return false;
}

int network_read(int root, const struct host *host, struct holders *holders, struct names *own) {
	CLEANUP(network_done)
	struct network network = {.root = root, .holders = holders, .own = own};
	int r = interfaces_read(root, host, &network.interfaces);

	if (r < 0 || !has_card(host, &network.interfaces)) {
		return r;
	}
	r = routes_read(root, &network.routes);
	return r < 0 ? r : add_all(&network);
}
