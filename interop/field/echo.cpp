// An echo server on Boost.Beast, a thread for each connection.
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <iostream>
#include <thread>

namespace beast = boost::beast;
using tcp = boost::asio::ip::tcp;

static void echo(tcp::socket socket)
{
    try
    {
        beast::websocket::stream<tcp::socket> ws(std::move(socket));
        ws.accept();
        for (;;)
        {
            beast::flat_buffer message;
            ws.read(message);
            ws.text(ws.got_text());
            ws.write(message.data());
        }
    }
    catch (std::exception const&)
    {
        // The peer has gone, or was told why it has to.
    }
}

int main()
{
    boost::asio::io_context context;
    tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
    std::cout << "listening on ws://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    for (;;)
        std::thread(echo, acceptor.accept()).detach();
}
